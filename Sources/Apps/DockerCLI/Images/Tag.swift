internal import EngineClient
internal import Flags
internal import Primitives

extension Command {
    static let tag = Command(
        "tag", "IMAGE[:TAG] [REGISTRYHOST/][USERNAME/]NAME[:TAG]", about: "Tag an image into a repository",
        count: 2...2,
        flags: [Flag("f", "force", help: "Force")]
    ) { invocation in
        let target = try ImageReference(parsing: invocation.argument(1))
        var query = Query()
        query["repo"] = target.repository
        query["tag"] = target.tag
        query.set("force", if: invocation.flags.bool("force"))
        try invocation.client.call("POST", "/images/\(EngineClient.escape(invocation.subject))/tag\(query.text)")
        return 0
    }
}
