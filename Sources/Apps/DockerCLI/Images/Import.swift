internal import EngineClient
internal import Flags
internal import HostSystem
internal import Primitives

extension Command {
    static let `import` = Command(
        "import", "URL|FILE|- [REPOSITORY[:TAG]]",
        about:
            "Create an empty filesystem image and import the contents of the\ntarball (.tar, .tar.gz, .tgz, .bzip, .tar.xz, .txz) into it, then\noptionally tag it.",
        count: 1...2,
        flags: [
            Flag("c", "change", kind: .list, help: "Apply Dockerfile instruction to the created image"),
            Flag("m", "message", kind: .text, help: "Set commit message for imported image"),
            Flag("platform", kind: .text, help: "Set platform if server is multi-platform capable"),
        ]
    ) { invocation in
        let isURL = ["http://", "https://", "ftp://"].contains { invocation.subject.hasPrefix($0) }
        var query = Query()
        query["fromSrc"] = isURL ? invocation.subject : "-"
        if invocation.arguments.count == 2 {
            let reference = try ImageReference(parsing: invocation.argument(1))
            query["repo"] = reference.repository
            query["tag"] = reference.tag
        }
        for change in invocation.flags.list("change") { query["changes"] = change }
        for name in ["message", "platform"] where invocation.flags.isSet(name) {
            query[name] = invocation.flags.text(name)
        }
        let path = "/images/create\(query.text)"
        guard !isURL else {
            try ProgressDisplay.show(invocation.client, path, to: invocation.console.output)
            return 0
        }
        let isInput = invocation.subject == "-"
        let source = isInput ? invocation.console.input : try Connection.file(invocation.subject)
        defer { if !isInput { source.closeNow() } }
        try ProgressDisplay.show(invocation.client, path, source: source, to: invocation.console.output)
        return 0
    }
}
