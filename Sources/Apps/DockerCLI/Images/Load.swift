internal import Flags
internal import HostSystem

extension Command {
    static let load = Command(
        "load", about: "Load an image from a tar archive or STDIN",
        flags: [
            Flag("i", "input", kind: .text, help: "Read from a tar archive file, instead of STDIN"),
            .platform("Load only the given platform variant."),
            Flag("q", "quiet", help: "Suppress the load output"),
        ]
    ) { invocation in
        let path = invocation.flags.text("input")
        guard !path.isEmpty || !invocation.console.input.isTerminal else {
            throw CommandFailure("requested load from stdin, but stdin is empty")
        }
        let source = path.isEmpty ? invocation.console.input : try Connection.file(path)
        defer { if !path.isEmpty { source.closeNow() } }
        var query = Query()
        query.set("quiet", if: invocation.flags.bool("quiet"))
        query["platform"] = try invocation.flags.platformQuery()
        try ProgressDisplay.show(
            invocation.client, "/images/load\(query.text)", source: source, to: invocation.console.output)
        return 0
    }
}
