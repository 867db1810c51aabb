internal import EngineClient
internal import OrderedJSON

extension Command {
    static let wait = Command(
        "wait", "CONTAINER [CONTAINER...]", about: "Block until a container stops, then print its exit code",
        count: many
    ) { invocation in
        try invocation.forEachName("wait one or more containers") { name in
            let answer = try invocation.client.json("POST", "/containers/\(EngineClient.escape(name))/wait")
            invocation.console.print("\(answer["StatusCode"]?.integerValue ?? 0)")
        }
    }
}
