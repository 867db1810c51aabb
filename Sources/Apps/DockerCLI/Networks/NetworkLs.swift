internal import APIModel
internal import EngineClient
internal import Flags
internal import OrderedJSON

extension Command {
    static let networkLs = Command(
        "network ls", about: "List networks",
        flags: [
            Flag("f", "filter", kind: .list, help: "Provide filter values (e.g. \"driver=bridge\")"),
            Flag("format", kind: .text, help: "Format output using a Go template"),
            Flag("no-trunc", help: "Do not truncate the output"),
            Flag("q", "quiet", help: "Only display network IDs"),
        ]
    ) { invocation in
        var query = Query()
        try query.filters(invocation.flags.list("filter"))
        let networks = try invocation.client.decode([NetworkResource].self, "GET", "/networks\(query.text)")
        let isWhole = invocation.flags.bool("no-trunc")
        let rows = networks.sorted { NaturalOrder.isLess($0.name, $1.name) }.map {
            NetworkRow($0, isWhole: isWhole).value
        }
        let table = Table([
            .init("NETWORK ID", "ID"), .init("NAME", "Name"), .init("DRIVER", "Driver"), .init("SCOPE", "Scope"),
        ])
        try table.print(rows, invocation, idKey: "ID")
        return 0
    }
}

/// A line of `network ls` as `--format` sees it.
struct NetworkRow {
    private let network: NetworkResource
    private let isWhole: Bool

    init(_ network: NetworkResource, isWhole: Bool) {
        self.network = network
        self.isWhole = isWhole
    }

    var value: JSONValue {
        let labels = network.labels.sorted { $0.key < $1.key }
        var row = JSONObject()
        row["CreatedAt"] = .string(GoTime.text(rfc3339: network.created))
        row["Driver"] = .string(network.driver)
        row["ID"] = .string(isWhole ? network.id : ShortID.text(network.id))
        row["IPv4"] = .string("\(network.enableIPv4)")
        row["IPv6"] = .string("\(network.enableIPv6)")
        row["Internal"] = .string("\(network.isInternal)")
        row["Label"] = .object(JSONObject(labels.map { ($0.key, JSONValue.string($0.value)) }))
        row["Labels"] = .string(labels.map { "\($0.key)=\($0.value)" }.joined(separator: ","))
        row["Name"] = .string(network.name)
        row["Scope"] = .string(network.scope)
        return .object(row)
    }
}
