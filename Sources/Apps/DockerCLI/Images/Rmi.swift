internal import EngineClient
internal import Flags
internal import OrderedJSON

extension Command {
    static let rmi = Command(
        "rmi", "IMAGE [IMAGE...]", about: "Remove one or more images", count: many,
        flags: [
            Flag("f", "force", help: "Force removal of the image"),
            Flag("no-prune", help: "Do not delete untagged parents"),
        ]
    ) { invocation in
        var query = Query()
        query.set("force", if: invocation.flags.bool("force"))
        query.set("noprune", if: invocation.flags.bool("no-prune"))
        return try invocation.forEachName("remove one or more images") { name in
            let answer = try invocation.client.json("DELETE", "/images/\(EngineClient.escape(name))\(query.text)")
            for item in answer.arrayValue ?? [] {
                if let id = item["Deleted"]?.stringValue { invocation.console.print("Deleted: \(id)") }
                if let name = item["Untagged"]?.stringValue { invocation.console.print("Untagged: \(name)") }
            }
        }
    }
}
