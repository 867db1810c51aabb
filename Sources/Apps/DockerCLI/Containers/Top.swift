internal import EngineClient
internal import OrderedJSON

extension Command {
    static let top = Command(
        "top", "CONTAINER [ps OPTIONS]", about: "Display the running processes of a container", count: many,
        takesCommandLine: true
    ) { invocation in
        var query = Query()
        if invocation.arguments.count > 1 { query["ps_args"] = invocation.arguments.dropFirst().joined(separator: " ") }
        let path = "/containers/\(EngineClient.escape(invocation.subject))/top\(query.text)"
        let answer = try invocation.client.json("GET", path)
        let rows = [answer["Titles"] ?? .null] + (answer["Processes"]?.arrayValue ?? [])
        let cells = rows.map { ($0.arrayValue ?? []).map { $0.stringValue ?? "" } }
        invocation.console.write(TabWriter.text(cells))
        return 0
    }
}
