internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

extension Command {
    static let commit = Command(
        "commit", "CONTAINER [REPOSITORY[:TAG]]", about: "Create a new image from a container's changes",
        count: 1...2,
        flags: [
            Flag("a", "author", kind: .text, help: "Author (e.g., \"John Hannibal Smith <hannibal@a-team.com>\")"),
            Flag("c", "change", kind: .list, help: "Apply Dockerfile instruction to the created image"),
            Flag("m", "message", kind: .text, help: "Commit message"),
            Flag("p", "pause", default: "true", help: "Pause container during commit"),
            Flag(
                "run", kind: .text,
                help:
                    "This option is deprecated and will be removed in a future version in favor of inline Dockerfile-compatible commands",
                isHidden: true),
        ]
    ) { invocation in
        var query = Query()
        query["container"] = invocation.subject
        if invocation.arguments.count == 2 {
            let reference = try ImageReference(parsing: invocation.argument(1))
            guard reference.digest == nil else { throw CommandFailure("cannot import digest reference") }
            query["repo"] = reference.repository
            query["tag"] = reference.tag
        }
        query["comment"] = invocation.flags.text("message")
        query["author"] = invocation.flags.text("author")
        for change in invocation.flags.list("change") { query["changes"] = change }
        if !invocation.flags.bool("pause") { query["pause"] = "0" }
        let config = invocation.flags.text("run")
        let answer = try invocation.client.json(
            "POST", "/commit\(query.text)",
            body: config.isEmpty ? nil : try JSONValue(parsing: Array(config.utf8)))
        invocation.console.print(answer["Id"]?.stringValue ?? "")
        return 0
    }
}
