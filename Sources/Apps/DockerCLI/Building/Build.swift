internal import Dockerfile
internal import Flags

extension Command {
    static let build = Command(
        "build", "PATH | -", about: "Build an image from a Dockerfile (so far it can only be checked, with --check)",
        count: 1...1,
        flags: [
            Flag("build-arg", kind: .list, help: "Set build-time variables"),
            Flag("check", help: "Check the Dockerfile and say what could be better, without building"),
            Flag("f", "file", kind: .text, help: "Name of the Dockerfile (default PATH/Dockerfile)"),
            Flag("platform", kind: .text, help: "Platform that the image is for"),
            Flag("target", kind: .text, help: "Check this stage and those it needs, instead of all"),
        ] + unbuilt
    ) { invocation in
        guard invocation.flags.bool("check") else { throw UsageError("docker: 'build' is not supported yet") }
        for flag in unbuilt where invocation.flags.isSet(flag.name) {
            throw UsageError("docker: 'build --\(flag.name)' is not supported yet")
        }
        let report = try BuildCheck(invocation).report()
        invocation.console.write(report.text)
        if let failure = report.failureText { invocation.console.complain(failure) }
        return report.exitCode
    }

    /// Docker's other flags: they are known, so that what is missing is said of the command and not of them.
    private static let unbuilt: [Flag] =
        ["force-rm", "load", "no-cache", "pull", "push", "q quiet", "rm", "squash", "compress"].map {
            unbuilt($0, .bool)
        }
        + [
            "c cpu-shares", "cgroup-parent", "cpu-period", "cpu-quota", "cpuset-cpus", "cpuset-mems", "iidfile",
            "isolation", "m memory", "memory-swap", "metadata-file", "network", "progress", "sbom", "provenance",
            "shm-size", "builder", "call",
        ].map { unbuilt($0, .text) }
        + [
            "add-host", "allow", "annotation", "attest", "build-context", "cache-from", "cache-to", "label",
            "no-cache-filter", "o output", "secret", "security-opt", "ssh", "t tag", "ulimit",
        ].map { unbuilt($0, .list) }

    private static func unbuilt(_ names: String, _ kind: Flag.Kind) -> Flag {
        let parts = names.split(separator: " ").map(String.init)
        var flag = Flag(parts[0], kind: kind, help: "Not supported yet", isHidden: true)
        flag.names = parts
        return flag
    }
}
