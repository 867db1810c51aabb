internal import Dockerfile
internal import Flags
internal import HostSystem

extension Command {
    static let build = Command(
        "build", "PATH | URL | -", about: "Build an image from a Dockerfile", count: 1...1, flags: BuildFlags.all
    ) { invocation in
        try BuildFlags.check(invocation.flags)
        guard !invocation.flags.bool("check") else { return try check(invocation) }
        return try Building(invocation).run()
    }

    /// Flags that say how to build and what becomes of it are of no matter here: one adds `--check` to one's usual command.
    private static func check(_ invocation: Invocation) throws -> Int32 {
        let report = try BuildCheck(invocation).report()
        invocation.console.write(report.text)
        if let failure = report.failureText { invocation.console.complain(failure) }
        return report.exitCode
    }
}
