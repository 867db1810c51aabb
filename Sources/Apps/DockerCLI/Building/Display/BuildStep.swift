internal import APIModel
internal import Primitives

/// A step of a build as the displays know it.
struct BuildStep {
    var vertex: BuildVertex
    var intervals = StepIntervals()
    /// Those that have started, in that order.
    var parts: [BuildVertexStatus] = []
    /// Ids of parts that were told of since they were last shown.
    var changedParts: Set<String> = []
    var warnings: [BuildVertexWarning] = []
    /// Lines that are not shown yet, each after the seconds at which it came: `0.123 text`.
    var lines: [[UInt8]] = []
    /// The last line may go on.
    var isPartial = false
    /// The last lines that were shown.
    var shownLines: [[UInt8]] = []
    /// What the step printed last, for a terminal.
    var tail = LogTail()
    /// How much was told of it, since when: the busiest step is the one that is shown.
    var activity = 0
    var activeSince: Timestamp?

    init(_ vertex: BuildVertex) { self.vertex = vertex }

    /// `ERROR: context canceled` is no failure of the step's own.
    var isCancelled: Bool { vertex.error.hasSuffix("context canceled") }
    var hasFailed: Bool { !vertex.error.isEmpty && !isCancelled }

    mutating func note(_ now: Timestamp) {
        if activity == 0 { activeSince = now }
        activity += 1
    }

    mutating func set(_ part: BuildVertexStatus) {
        changedParts.insert(part.id)
        if let index = parts.firstIndex(where: { $0.id == part.id }) {
            parts[index] = part
        } else if part.started != nil {
            parts.append(part)
        }
    }

    mutating func add(_ log: [UInt8], at time: Timestamp) {
        tail.add(log)
        var rest = log[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 10)
            let line = rest[..<(end ?? rest.endIndex)]
            if isPartial, !lines.isEmpty { lines[lines.count - 1] += line } else { lines.append(prefix(time) + line) }
            isPartial = end == nil
            rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
        }
    }

    /// Four digits of the seconds since the step went on.
    private func prefix(_ time: Timestamp) -> [UInt8] {
        let start = intervals.spans.last?.start ?? time
        let seconds = time.seconds(after: start)
        return Array("\(FixedPoint.text(seconds, seconds < 10 ? 3 : seconds < 100 ? 2 : 1)) ".utf8)
    }

    /// Remembers lines for the account of a failure.
    mutating func remember(_ line: [UInt8]) {
        shownLines.append(line)
        if shownLines.count > 10 { shownLines.removeFirst() }
    }
}

/// The last lines of a program's output.
struct LogTail {
    static let lines = 6
    private var whole: [[UInt8]] = []
    private var open: [UInt8] = []

    mutating func add(_ bytes: [UInt8]) {
        for byte in bytes {
            switch byte {
            case 10:
                whole.append(open)
                if whole.count > Self.lines { whole.removeFirst() }
                open = []
            // What comes after a return is written over what was there.
            case 13: open = []
            default: if open.count < 4096 { open.append(byte) }
            }
        }
    }

    /// Without what moves a cursor or changes a colour.
    var texts: [String] {
        (open.isEmpty ? whole : whole + [open]).suffix(Self.lines).map { Self.plain($0) }.filter { !$0.isEmpty }
    }

    private static func plain(_ line: [UInt8]) -> String {
        var (result, rest) = ([UInt8](), line[...])
        while let byte = rest.popFirst() {
            guard byte == 0x1b else {
                if byte >= 0x20 || byte == 9 { result.append(byte == 9 ? 0x20 : byte) }
                continue
            }
            guard rest.first == UInt8(ascii: "[") else { continue }
            rest.removeFirst()
            while let next = rest.popFirst(), !(0x40...0x7e).contains(next) {}
        }
        return String(decoding: result, as: UTF8.self)
    }
}
