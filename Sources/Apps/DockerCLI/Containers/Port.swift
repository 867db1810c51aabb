internal import EngineClient
internal import OrderedJSON

extension Command {
    static let port = Command(
        "port", "CONTAINER [PRIVATE_PORT[/PROTO]]",
        about:
            "List port mappings for the CONTAINER, or lookup the public-facing port that\nis NAT-ed to the PRIVATE_PORT",
        count: 1...2
    ) { invocation in
        let answer = try invocation.client.json("GET", "/containers/\(EngineClient.escape(invocation.subject))/json")
        let ports = answer["NetworkSettings"]?["Ports"]?.objectValue ?? JSONObject()
        guard invocation.arguments.count == 2 else {
            let lines = ports.entries.flatMap { port, bindings in
                (bindings.arrayValue ?? []).map { "\(port) -> \(address($0))" }
            }
            for line in lines.sorted(by: NaturalOrder.isLess) { invocation.console.print(line) }
            return 0
        }
        let asked = invocation.argument(1)
        let port = asked.contains("/") ? asked : asked + "/tcp"
        guard let bindings = ports[port]?.arrayValue, !bindings.isEmpty else {
            throw CommandFailure("Error: No public port '\(port)' published for \(invocation.subject)")
        }
        for binding in bindings { invocation.console.print(address(binding)) }
        return 0
    }

    private static func address(_ binding: JSONValue) -> String {
        let host = binding["HostIp"]?.stringValue ?? ""
        let shown = host.contains(":") ? "[\(host)]" : host.isEmpty ? "0.0.0.0" : host
        return "\(shown):\(binding["HostPort"]?.stringValue ?? "")"
    }
}
