internal import APIModel
internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

extension Command {
    static let history = Command(
        "history", "IMAGE", about: "Show the history of an image", count: 1...1,
        flags: [
            Flag("format", kind: .text, help: "Format output using a Go template"),
            Flag("H", "human", default: "true", help: "Print sizes and dates in human readable format"),
            Flag("no-trunc", help: "Don't truncate output"),
            .platform("Show history for the given platform."),
            Flag("q", "quiet", help: "Only show numeric IDs"),
        ]
    ) { invocation in
        var query = Query()
        query["platform"] = try invocation.flags.platformQuery()
        let path = "/images/\(EngineClient.escape(invocation.subject))/history\(query.text)"
        let items = try invocation.client.decode([ImageHistoryItem].self, "GET", path)
        let table = Table([
            .init("IMAGE", "ID"), .init("CREATED", "CreatedSince"), .init("CREATED BY", "CreatedBy"),
            .init("SIZE", "Size"),
            .init("COMMENT", "Comment"),
        ])
        try table.print(items.map { row($0, invocation.flags) }, invocation, idKey: "ID")
        return 0
    }

    private static func row(_ item: ImageHistoryItem, _ flags: FlagValues) -> JSONValue {
        let isWhole = flags.bool("no-trunc")
        let created = Timestamp(seconds: item.created)
        let isHuman = flags.bool("human")
        var row = JSONObject()
        row["ID"] = .string(isWhole ? item.id : ShortID.text(item.id))
        row["CreatedSince"] = .string(
            isHuman ? HumanDuration.text(Timestamp.now().since(created)) + " ago" : created.description)
        row["CreatedAt"] = .string(created.description)
        row["CreatedBy"] = .string(isWhole ? item.createdBy : String(item.createdBy.prefix(45)))
        row["Size"] = .string(isHuman ? ByteCount(item.size).decimal() : "\(item.size)")
        row["Comment"] = .string(item.comment)
        return .object(row)
    }
}
