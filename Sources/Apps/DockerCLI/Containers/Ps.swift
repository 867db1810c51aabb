internal import APIModel
internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

extension Command {
    static let ps = Command(
        "ps", about: "List containers",
        flags: [
            Flag("a", "all", help: "Show all containers (default shows just running)"),
            Flag("before", kind: .text, help: "Show only container created before Id or Name"),
            Flag("f", "filter", kind: .list, help: "Filter output based on conditions provided"),
            Flag("format", kind: .text, help: "Format output using a Go template"),
            Flag("l", "latest", help: "Show the latest created container, include non-running"),
            Flag(
                "n", "last", kind: .integer, default: "-1", help: "Show n last created containers, include non-running"),
            Flag("no-trunc", help: "Don't truncate output"),
            Flag("q", "quiet", help: "Only display numeric IDs"),
            Flag("s", "size", help: "Display total file sizes"),
            Flag("since", kind: .text, help: "Show created since Id or Name, include non-running"),
        ]
    ) { invocation in
        let flags = invocation.flags
        var query = Query()
        let last = flags.bool("latest") && !flags.isSet("last") ? 1 : flags.integer("last")
        query.set("all", if: flags.bool("all") || last > 0)
        if last > 0 { query["limit"] = "\(last)" }
        query.set("size", if: flags.bool("size") || flags.text("format").contains(".Size"))
        for name in ["since", "before"] where flags.isSet(name) { query[name] = flags.text(name) }
        try query.filters(flags.list("filter"))
        let containers = try invocation.client.decode([ContainerSummary].self, "GET", "/containers/json\(query.text)")
        let table = Table(columns(flags))
        try table.print(
            containers.map { ContainerRow($0, isWhole: flags.bool("no-trunc")).value }, invocation, idKey: "ID")
        return 0
    }

    private static func columns(_ flags: FlagValues) -> [Table.Column] {
        let columns: [Table.Column] = [
            .init("CONTAINER ID", "ID"), .init("IMAGE", "Image"), .init("COMMAND", "Command"),
            .init("CREATED", "RunningFor"),
            .init("STATUS", "Status"), .init("PORTS", "Ports"), .init("NAMES", "Names"),
        ]
        return flags.bool("size") ? columns + [.init("SIZE", "Size")] : columns
    }
}

/// A line of `ps` as `--format` sees it.
struct ContainerRow {
    private let container: ContainerSummary
    private let isWhole: Bool

    init(_ container: ContainerSummary, isWhole: Bool) {
        self.container = container
        self.isWhole = isWhole
    }

    var value: JSONValue {
        var row = JSONObject()
        row["Command"] = .string(command)
        row["CreatedAt"] = .string(GoTime.text(Timestamp(seconds: container.created)))
        row["ID"] = .string(isWhole ? container.id : String(container.id.prefix(12)))
        row["Image"] = .string(container.image.isEmpty ? "<no image>" : container.image)
        row["Label"] = .object(
            container.labels.reduce(into: JSONObject()) { $0[$1.key] = .string($1.value) })
        row["Labels"] = .string(
            container.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ","))
        let mounts = container.mounts.map { $0.name.isEmpty ? $0.source : $0.name }
        row["Mounts"] = .string(mounts.filter { !$0.isEmpty }.joined(separator: ","))
        row["Names"] = .string(names)
        row["Networks"] = .string(container.networkSettings.networks.keys.sorted().joined(separator: ","))
        row["Ports"] = .string(PortColumn.text(container.ports))
        row["RunningFor"] = .string(
            HumanDuration.text(Timestamp.now().since(Timestamp(seconds: container.created))) + " ago")
        row["Size"] = .string(size)
        row["State"] = .string(container.state)
        row["Status"] = .string(container.status)
        return .object(row)
    }

    /// 1.6 cuts at 20 bytes, the opening quote among them.
    private var command: String {
        let quoted = JSONValue.string(container.command).text()
        return isWhole || quoted.utf8.count <= 20 ? quoted : String(decoding: quoted.utf8.prefix(20), as: UTF8.self)
    }

    /// Its own name; the names that links give it (`web/db`) only with `--no-trunc`.
    private var names: String {
        let names = container.names.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
        if !isWhole, let own = names.first(where: { !$0.contains("/") }) { return own }
        return names.joined(separator: ",")
    }

    private var size: String {
        let written = ByteCount(container.sizeRw ?? 0).decimal()
        guard let whole = container.sizeRootFs, whole > 0 else { return written }
        return "\(written) (virtual \(ByteCount(whole).decimal()))"
    }
}
