internal import APIModel
internal import ContainerNetwork
internal import Primitives

/// The `filters` of `GET /containers/json`: label values must all match, values of other keys are alternatives.
struct ContainerFilter: Sendable {
    private static let known: Set<String> = [
        "exited", "status", "label", "name", "id", "ancestor", "before", "since", "volume", "network", "health",
        "publish", "expose", "isolation", "is-task", "label!",
    ]
    private static let statuses: Set<String> = [
        "created", "running", "paused", "restarting", "removing", "exited", "dead",
    ]

    private let filters: Filters
    private let exitCodes: Set<Int>
    private let names: [TextPattern]
    private let ids: [TextPattern]

    init(_ filters: Filters) throws(EngineError) {
        for key in filters.values.keys.sorted() where !Self.known.contains(key) {
            throw EngineError(.badParameter, "invalid filter '\(key)'")
        }
        for key in ["health", "publish", "expose", "isolation", "is-task"] where !filters[key].isEmpty {
            throw EngineError(.notImplemented, "filter '\(key)' is not supported yet")
        }
        for status in filters["status"] where !Self.statuses.contains(status) {
            throw EngineError(.badParameter, "invalid filter 'status=\(status)'")
        }
        var codes: Set<Int> = []
        for text in filters["exited"] {
            guard let code = Int(text) else { throw EngineError(.badParameter, "invalid filter 'exited=\(text)'") }
            codes.insert(code)
        }
        self.filters = filters
        exitCodes = codes
        names = filters["name"].map(TextPattern.init)
        ids = filters["id"].map(TextPattern.init)
    }

    /// Whether the status asked for makes stopped containers visible without `all`.
    var impliesAll: Bool { filters["status"].contains { $0 != "running" && $0 != "paused" && $0 != "restarting" } }

    func matches(_ record: ContainerRecord, imageMatches: (ContainerRecord, String) -> Bool) -> Bool {
        matchesState(record.state) && LabelFilter.matches(filters, record.config.labels ?? [:])
            && (names.isEmpty || names.contains { $0.matches("/" + record.name) || $0.matches(record.name) })
            && (ids.isEmpty || ids.contains { $0.matches(record.id) })
            && any("ancestor") { imageMatches(record, $0) }
            && any("volume") { volume in record.mounts.contains { $0.name == volume || $0.destination == volume } }
            && any("network") { network in
                record.endpoints[network] != nil || record.endpointIDs.contains { $0.hasPrefix(network) }
            }
    }

    private func any(_ key: String, _ test: (String) -> Bool) -> Bool {
        filters[key].isEmpty || filters[key].contains(where: test)
    }

    private func matchesState(_ state: RunState) -> Bool {
        if !exitCodes.isEmpty {
            guard !state.isRunning, state.finishedAt != nil, exitCodes.contains(state.exitCode) else { return false }
        }
        return any("status") { $0 == state.statusName }
    }
}

extension RunState {
    /// The state's name in the API: `created running paused restarting removing exited dead`.
    var statusName: String { shownPhase.rawValue }
}

extension ContainerRecord {
    /// Ids of the networks that it is on now.
    var endpointIDs: [String] { sandbox?.endpoints.map(\.networkID) ?? [] }

    /// `bridge`, `host`, `none`, or a network's name; empty when another container's stack is joined.
    var networkName: String {
        switch hostConfig.networkMode {
        case "", "default": "bridge"
        case let mode where mode.hasPrefix("container:"): ""
        case let mode: mode
        }
    }
}
