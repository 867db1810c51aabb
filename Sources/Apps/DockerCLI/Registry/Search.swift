internal import APIModel
internal import ClientProfile
internal import EngineClient
internal import Flags
internal import OrderedJSON

extension Command {
    static let search = Command(
        "search", "TERM", about: "Search for an image on the Docker Hub", count: 1...1,
        flags: [
            Flag("automated", help: "Only show automated builds")
                .deprecating("-t").deprecating("-trusted").deprecating("--trusted", replacement: "--automated"),
            Flag("f", "filter", kind: .list, help: "Filter output based on conditions provided"),
            Flag("format", kind: .text, help: "Format output using a Go template"),
            Flag("limit", kind: .integer, default: "0", help: "Max number of search results"),
            Flag("no-trunc", help: "Don't truncate output"),
            Flag("s", "stars", kind: .integer, default: "0", help: "Only displays with at least x stars"),
        ]
    ) { invocation in
        let flags = invocation.flags
        let server = RegistryServer.key(ofSearch: invocation.subject)
        let login = try invocation.profile.login(at: server)?.header ?? RegistryUser.anonymousHeader
        let results = try invocation.client.decode(
            [SearchResult].self, "GET", "/images/search\(try query(invocation).text)",
            headers: [("X-Registry-Auth", login)])
        let table = Table(
            [
                .init("NAME", "Name"), .init("DESCRIPTION", "Description"), .init("STARS", "StarCount"),
                .init("OFFICIAL", "IsOfficial"), .init("AUTOMATED", "IsAutomated"),
            ], minimumWidth: 10)
        let rows = results.map {
            SearchRow($0, isWhole: flags.bool("no-trunc"), isJSON: flags.text("format") == "json").value
        }
        try table.print(rows, invocation, idKey: "Name")
        return 0
    }

    private static func query(_ invocation: Invocation) throws -> Query {
        let flags = invocation.flags
        var query = Query()
        query["term"] = invocation.subject
        if flags.isSet("limit") { query["limit"] = flags.text("limit") }
        var filters = flags.list("filter")
        if flags.bool("automated") { filters.append("is-automated=true") }
        if flags.integer("stars") > 0 { filters.append("stars=\(flags.integer("stars"))") }
        try query.filters(filters)
        return query
    }
}

/// A line of `search` as `--format` sees it.
struct SearchRow {
    private let result: SearchResult
    private let isWhole: Bool
    private let isJSON: Bool

    init(_ result: SearchResult, isWhole: Bool, isJSON: Bool = false) {
        self.result = result
        self.isWhole = isWhole
        self.isJSON = isJSON
    }

    var value: JSONValue {
        [
            "Description": .string(description), "IsAutomated": .string(mark(result.isAutomated)),
            "IsOfficial": .string(mark(result.isOfficial)), "Name": .string(result.name),
            "StarCount": .string("\(result.starCount)"),
        ]
    }

    private func mark(_ holds: Bool) -> String { isJSON ? "\(holds)" : holds ? "[OK]" : "" }

    /// On one line, at most 45 characters.
    private var description: String {
        let text = String(result.description.map { $0.isNewline ? " " : $0 })
        return isWhole || text.count <= 45 ? text : text.prefix(42) + "..."
    }
}
