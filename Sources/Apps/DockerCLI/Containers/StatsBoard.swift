internal import APIModel
internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// What `stats` shows: a line a container, each fed by a stream of its own. Without names all containers that run, as they
/// come and go.
struct StatsBoard {
    fileprivate struct Line {
        var container: String
        var stream: EngineClient.ObjectStream
        var figures: StatsFigures?
        /// When something was heard last.
        var heard = ContinuousClock.now
        var isOver = false
        var failure: (any Error)?
    }

    private let invocation: Invocation
    private let streams: Bool
    private let table: Table
    private let format: String
    private var lines: [Line] = []
    /// Of containers, when no names were given.
    private var events: EngineClient.ObjectStream?

    /// How long a line counts without news, as in 1.6.
    private static let patience = Duration.seconds(2)

    init(_ invocation: Invocation, streams: Bool) throws {
        self.invocation = invocation
        self.streams = streams
        format = invocation.flags.text("format")
        let isClassic = format.isEmpty || format == "table"
        table = Table(
            [
                .init("CONTAINER", "Container"), .init("CPU %", "CPUPerc"),
                .init(isClassic ? "MEM USAGE/LIMIT" : "MEM USAGE / LIMIT", "MemUsage"), .init("MEM %", "MemPerc"),
                .init("NET I/O", "NetIO"),
            ],
            others: [
                .init("CONTAINER ID", "ID"), .init("NAME", "Name"), .init("BLOCK I/O", "BlockIO"),
                .init("PIDS", "PIDs"),
            ])
        if format != "json" { _ = try Format.template(format) }
        guard invocation.arguments.isEmpty else {
            for name in invocation.arguments.sorted() { try add(name) }
            return
        }
        if streams { try followEvents() }
        let all = invocation.flags.bool("all") ? "?all=1" : ""
        let containers = try invocation.client.decode([ContainerSummary].self, "GET", "/containers/json\(all)")
        for container in containers { try add(String(container.id.prefix(12))) }
    }

    /// Subscribed on return, so that no container is missed between the list and the first event.
    private mutating func followEvents() throws {
        var query = Query()
        try query.filters(["type=container"])
        events = try invocation.client.objectStream("/events\(query.text)")
        try events?.open()
    }

    private mutating func add(_ name: String) throws {
        guard !lines.contains(where: { $0.container == name }) else { return }
        let path = "/containers/\(EngineClient.escape(name))/stats?stream=\(streams ? 1 : 0)"
        lines.append(Line(container: name, stream: try invocation.client.objectStream(path)))
    }

    // MARK: Showing

    /// Errors: what the engine says of a name; those of all names in one text, as in 1.6.
    mutating func printOnce() throws -> Int32 {
        try waitForFirst(.seconds(30))
        try draw()
        return 0
    }

    /// Ends when none of the containers that were named is left.
    mutating func watch() throws -> Int32 {
        try waitForFirst(Self.patience)
        while true {
            if lines.isEmpty && events == nil { return 0 }
            try draw()
            let next = ContinuousClock.now + .milliseconds(500)
            while case let rest = next - ContinuousClock.now, rest > .zero { try listen(rest) }
            lines.removeAll(where: \.isOver)
        }
    }

    private func draw() throws {
        let isClassic = format.isEmpty || format == "table"
        let now = ContinuousClock.now
        let rows = lines.map { line in
            let isFresh = !streams || now - line.heard < Self.patience
            let row = StatsRow(
                container: line.container, figures: isFresh ? line.figures : nil,
                isWhole: invocation.flags.bool("no-trunc"))
            return isClassic ? row.classic : row.value
        }
        let output = invocation.console.output
        let text = try table.text(rows, format: format)
        let erasure = streams && output.isTerminal ? "\u{1b}[2J\u{1b}[H" : ""
        // A reader that is gone ends the command as SIGPIPE would, without a word.
        guard (try? output.write(erasure + text)) != nil else { throw CommandFailure("", exitCode: 141) }
    }

    // MARK: Listening

    /// Returns when every line has its first figures or its end. Errors: those of the containers that were named.
    private mutating func waitForFirst(_ patience: Duration) throws {
        let end = ContinuousClock.now + patience
        while lines.contains(where: { $0.figures == nil && !$0.isOver }), case let rest = end - ContinuousClock.now,
            rest > .zero
        { try listen(rest) }
        let failures = lines.compactMap { line in line.failure.map { "\(line.container): \(Failure.text($0))" } }
        if !invocation.arguments.isEmpty, !failures.isEmpty {
            throw CommandFailure(failures.joined(separator: ", "))
        }
        lines.removeAll { $0.isOver && ($0.figures == nil || streams) }
    }

    /// Takes what comes next, at most for a while. Errors: those of the events.
    private mutating func listen(_ time: Duration) throws {
        let sources = lines.filter { !$0.isOver }.map(\.stream.connection) + (events.map { [$0.connection] } ?? [])
        let (seconds, attoseconds) = time.components
        let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        let ready = Descriptor.wait(for: sources, milliseconds: milliseconds)
        for index in lines.indices where ready.contains(lines[index].stream.connection) && !lines[index].isOver {
            lines[index].hear()
        }
        guard let events, ready.contains(events.connection) else { return }
        for event in try events.next() { try take(event) }
        if events.isOver { throw CommandFailure("the engine has ended") }
    }

    private mutating func take(_ event: JSONValue) throws {
        let name = String((event["Actor"]?["ID"]?.stringValue ?? "").prefix(12))
        let showsAll = invocation.flags.bool("all")
        switch event["Action"]?.stringValue {
        case "start": try add(name)
        case "create" where showsAll: try add(name)
        case "die" where !showsAll: lines.removeAll { $0.container == name }
        case "destroy": lines.removeAll { $0.container == name }
        default: break
        }
    }
}

extension StatsBoard.Line {
    fileprivate mutating func hear() {
        do {
            let samples = try stream.next()
            isOver = stream.isOver
            guard let sample = samples.last else { return }
            figures = StatsFigures(try OrderedJSONDecoder().decode(ContainerStats.self, from: sample))
            heard = .now
        } catch {
            failure = error
            isOver = true
        }
    }
}
