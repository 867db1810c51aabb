internal import APIModel
internal import Primitives

/// Steps as lines that stay, each with its step's number: `#5 [2/3] RUN make`, `#5 0.123 text`, `#5 DONE 1.2s`.
///
/// One step is shown at a time. It is left for another when it ends, when that one is much busier, or when that one has
/// waited for long; a step that is left for now ends with `...`.
struct PlainDisplay: BuildDisplay {
    /// Seconds.
    private static let longestWait = 10.0
    private static let flicker = 5.0

    private let write: (String) throws -> Void
    private var trace = BuildTrace()
    private var current: Int?
    private var numbers: [Int: Int] = [:]
    private var isFirst = true
    /// How far a part was when it was last shown, by step and id.
    private var shownParts: [String: (current: Int64, time: Timestamp)] = [:]
    /// Bytes of the current step's open line that were shown.
    private var shownOfLine = 0

    init(_ write: @escaping (String) throws -> Void) { self.write = write }

    mutating func update(_ status: BuildStatus, now: Timestamp) throws {
        trace.take(status, now: now)
        try refresh(now: now)
    }

    mutating func refresh(now: Timestamp) throws {
        let shown = trace.changed.filter { trace[$0].intervals.isStarted }
        let finished = shown.filter { trace[$0].intervals.isOver }
        let before = current
        if let before, finished.contains(before) { try show(before) }
        let inOrder = finished.subtracting(before.map { [$0] } ?? []).sorted { end($0) < end($1) }
        for index in inOrder { try show(index) }
        let open = shown.subtracting(finished)
        guard !open.isEmpty else { return try showAnOpenOne(before) }
        if let before, open.contains(before) { try show(before) }
        guard let before, !finished.contains(before) else { return try show(busiest(open, now)) }
        if let next = next(after: before, open, now) { try show(next) }
    }

    mutating func finish(now: Timestamp) throws {
        try refresh(now: now)
        let failures = trace.failures
        if !failures.isEmpty { try write(failures) }
    }

    private func end(_ index: Int) -> Timestamp { trace[index].intervals.spans.last?.end ?? .zero }

    private mutating func showAnOpenOne(_ before: Int?) throws {
        if let before, trace[before].intervals.isStarted, !trace[before].intervals.isOver { return }
        let open = trace.started.first { !trace[$0].intervals.isOver }
        if let open { try show(open) }
    }

    private func speed(_ index: Int, _ now: Timestamp) -> Double {
        guard let since = trace[index].activeSince else { return 0 }
        return Double(trace[index].activity) / max(now.seconds(after: since), 1e-9)
    }

    private func busiest(_ open: Set<Int>, _ now: Timestamp) -> Int {
        open.sorted().max { speed($0, now) < speed($1, now) } ?? 0
    }

    /// Nil stays with the current one.
    private func next(after current: Int, _ open: Set<Int>, _ now: Timestamp) -> Int? {
        func waited(_ index: Int) -> Double { trace[index].activeSince.map { now.seconds(after: $0) } ?? 0 }
        let others = open.subtracting([current]).sorted()
        if let late = others.first(where: { waited($0) > Self.longestWait }) { return late }
        let total = open.union([current]).reduce(0) { $0 + speed($1, now) }
        guard !others.isEmpty, total > 0 else { return nil }
        let share = speed(current, now) / total
        guard share < 1, 1 / (1 - share) * Self.flicker < waited(current) else { return nil }
        let next = busiest(open.union([current]), now)
        return next == current ? nil : next
    }
}

// One step.
extension PlainDisplay {
    private mutating func show(_ index: Int) throws {
        let number = numbers[index] ?? numbers.count + 1
        numbers[index] = number
        try begin(index, number)
        var hasOpenPart = false
        for part in trace[index].parts where trace[index].changedParts.contains(part.id) {
            hasOpenPart = try show(part, of: index, number) || hasOpenPart
        }
        trace[index].changedParts = []
        for warning in trace[index].warnings {
            let text = String(decoding: Base64.decode(warning.short) ?? [], as: UTF8.self)
            try write("#\(number) WARN: \(text)\n")
        }
        trace[index].warnings = []
        try showLines(index, number)
        current = index
        trace.changed.remove(index)
        if trace[index].intervals.isOver && !hasOpenPart { try end(index, number) }
    }

    private mutating func begin(_ index: Int, _ number: Int) throws {
        guard index != current else { return }
        if let before = current {
            try write((trace[before].isPartial ? "\n" : "") + "#\(numbers[before] ?? 0) ...\n")
            trace[before].activity = 0
        }
        shownOfLine = 0
        try write((isFirst ? "" : "\n") + "#\(number) \(trace[index].vertex.name)\n")
        isFirst = false
    }

    /// True when it goes on. A part is shown again after a twentieth of it, or five seconds.
    private mutating func show(_ part: BuildVertexStatus, of index: Int, _ number: Int) throws -> Bool {
        let key = "\(index) \(part.id)"
        let time = (try? Timestamp(parsing: part.timestamp)) ?? .zero
        if let shown = shownParts[key], part.completed == nil {
            let share = part.total > 0 ? Double(part.current - shown.current) / Double(part.total) : 0
            if share < 0.05 && time.seconds(after: shown.time) < 5 { return false }
        }
        shownParts[key] = (part.current, time)
        try write("#\(number) \(part.id)\(Self.amount(part))\(Self.duration(part, time))\n")
        return part.completed == nil
    }

    static func amount(_ part: BuildVertexStatus) -> String {
        if part.total != 0 { return " \(FixedPoint.bytes(part.current)) / \(FixedPoint.bytes(part.total))" }
        return part.current == 0 ? "" : " \(FixedPoint.bytes(part.current))"
    }

    private static func duration(_ part: BuildVertexStatus, _ time: Timestamp) -> String {
        let done = part.completed == nil ? "" : " done"
        let end = part.completed.flatMap { try? Timestamp(parsing: $0) } ?? time
        guard let start = part.started.flatMap({ try? Timestamp(parsing: $0) }) else { return done }
        let seconds = end.seconds(after: start)
        return (seconds > 0.01 ? " \(FixedPoint.text(seconds, 1))s" : "") + done
    }

    private mutating func showLines(_ index: Int, _ number: Int) throws {
        let (lines, isPartial) = (trace[index].lines, trace[index].isPartial)
        guard !lines.isEmpty else { return }
        for (place, line) in lines.enumerated() {
            let isOpen = isPartial && place == lines.count - 1
            let shown = place == 0 ? shownOfLine : 0
            let head = shown > 0 ? "" : "#\(number) "
            try write(head + String(decoding: line[min(shown, line.count)...], as: UTF8.self) + (isOpen ? "" : "\n"))
            if !isOpen { trace[index].remember(line) }
        }
        trace[index].lines = isPartial ? lines.suffix(1) : []
        shownOfLine = isPartial ? lines.last?.count ?? 0 : 0
    }

    private mutating func end(_ index: Int, _ number: Int) throws {
        let step = trace[index]
        current = nil
        trace[index].activity = 0
        if step.isPartial {
            try write("\n")
            trace[index].isPartial = false
            for line in step.lines { trace[index].remember(line) }
            trace[index].lines = []
        }
        shownOfLine = 0
        if step.isCancelled {
            try write("#\(number) CANCELED\n")
        } else if !step.vertex.error.isEmpty {
            try write("#\(number) ERROR: \(step.vertex.error)\n")
        } else if step.vertex.cached {
            try write("#\(number) CACHED\n")
        } else {
            try write("#\(number) DONE \(FixedPoint.text(step.intervals.seconds(.zero), 1))s\n")
        }
    }
}
