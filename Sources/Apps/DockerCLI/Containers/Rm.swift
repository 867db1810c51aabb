internal import EngineClient
internal import Flags

extension Command {
    static let rm = Command(
        "rm", "CONTAINER [CONTAINER...]", about: "Remove one or more containers", count: many,
        flags: [
            Flag("f", "force", help: "Force the removal of a running container (uses SIGKILL)"),
            Flag("l", "link", help: "Remove the specified link"),
            Flag("v", "volumes", help: "Remove the volumes associated with the container"),
        ]
    ) { invocation in
        var query = Query()
        query.set("v", if: invocation.flags.bool("volumes"))
        query.set("link", if: invocation.flags.bool("link"))
        query.set("force", if: invocation.flags.bool("force"))
        return try invocation.forEachPrinted("remove one or more containers") { name in
            let bare = name.drop { $0 == "/" }
            guard !bare.isEmpty else { throw CommandFailure("Container name cannot be empty") }
            try invocation.client.call("DELETE", "/containers/\(EngineClient.escape(String(bare)))\(query.text)")
        }
    }
}
