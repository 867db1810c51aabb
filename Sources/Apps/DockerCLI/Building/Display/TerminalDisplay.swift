internal import APIModel
internal import Primitives

/// Steps as lines that are written again in place: `[+] Building 1.2s (3/5)`, and ` => [2/3] RUN make   0.9s` each.
struct TerminalDisplay: BuildDisplay {
    private let write: (String) throws -> Void
    private let size: () -> (rows: Int, columns: Int)
    private let hasColours: Bool
    private var trace = BuildTrace()
    /// Lines of the picture that stands there, without the first.
    private var lineCount = 0
    private var isRepeated = false
    private var lastShown = Timestamp.zero

    /// One line of the picture.
    private struct Line {
        var name: String
        var seconds: Double
        var amount = ""
        var colour: String?
        var isOver: Bool
        /// What the step prints.
        var log: [String] = []
    }

    init(hasColours: Bool, size: @escaping () -> (rows: Int, columns: Int), _ write: @escaping (String) throws -> Void)
    {
        self.hasColours = hasColours
        self.size = size
        self.write = write
    }

    mutating func update(_ status: BuildStatus, now: Timestamp) throws {
        trace.take(status, now: now)
        if !isRepeated || now.seconds(after: lastShown) > 0.1 { try draw(now, isLast: false) }
    }

    mutating func refresh(now: Timestamp) throws { try draw(now, isLast: false) }

    mutating func finish(now: Timestamp) throws {
        try draw(now, isLast: true)
        let failures = trace.failures
        if !failures.isEmpty { try write(failures) }
    }

    private mutating func draw(_ now: Timestamp, isLast: Bool) throws {
        lastShown = now
        let (rows, columns) = size()
        var lines = trace.started.flatMap { self.lines(of: trace[$0], now) }
        if !isLast { lines = Self.fitting(lines, rows - 2) }
        var text = isRepeated ? "\u{1b}[\(lineCount + 1)A\r" : "\r"
        isRepeated = true
        text += head(now, columns, isLast: isLast)
        var count = 0
        for line in lines {
            let drawn = draw(line, columns, logRows: isLast ? 0 : rows - 2 - lines.count)
            text += drawn.text
            count += drawn.count
        }
        // What was there of a longer picture.
        let rest = max(0, lineCount - count)
        text += String(repeating: "\u{1b}[2K\n", count: rest) + (rest > 0 ? "\u{1b}[\(rest)A\r" : "")
        lineCount = count
        try write(text)
    }

    private func head(_ now: Timestamp, _ columns: Int, isLast: Bool) -> String {
        let seconds = FixedPoint.text(now.seconds(after: trace.startTime ?? now), 1)
        let (done, all) = (trace.finishedCount, trace.steps.count)
        let end = isLast && done == all && done > 0 ? " FINISHED" : ""
        return Self.line("[+] Building \(seconds)s (\(done)/\(all))\(end)", "", columns) + "\n"
    }

    private func lines(of step: BuildStep, _ now: Timestamp) -> [Line] {
        let time = trace.engineTime(now)
        var name = String(step.vertex.name.map { $0 == "\t" ? " " : $0 })
        var colour: String?
        if step.intervals.isOver { colour = "34" }
        if step.isCancelled { (name, colour) = ("CANCELED " + name, "33") }
        if step.hasFailed { (name, colour) = ("ERROR " + name, "31") }
        if step.vertex.cached { name = "CACHED " + name }
        let seconds = step.intervals.seconds(time)
        var shown = [Line(name: name, seconds: seconds, colour: colour, isOver: step.intervals.isOver)]
        if !step.intervals.isOver { shown[0].log = step.tail.texts }
        for part in step.parts {
            let start = part.started.flatMap { try? Timestamp(parsing: $0) } ?? time
            let end = part.completed.flatMap { try? Timestamp(parsing: $0) } ?? time
            shown.append(
                Line(
                    name: "=> " + part.id, seconds: end.seconds(after: start),
                    amount: String(PlainDisplay.amount(part).drop { $0 == " " }),
                    colour: part.completed == nil ? nil : "34", isOver: part.completed != nil))
        }
        for warning in step.warnings {
            let text = String(decoding: Base64.decode(warning.short) ?? [], as: UTF8.self)
            shown.append(Line(name: "WARN: " + text, seconds: 0, colour: "33", isOver: true))
        }
        return shown
    }

    private func draw(_ line: Line, _ columns: Int, logRows: Int) -> (text: String, count: Int) {
        let time = "\(FixedPoint.text(line.seconds < 0.05 ? 0 : line.seconds, 1))s"
        var room = columns - 4 - time.count - 2
        var amount = ""
        if !line.amount.isEmpty, room + line.amount.count > 20 {
            amount = " " + line.amount
            room -= amount.count
        }
        // A terminal too narrow to show anything.
        guard room >= 12 else { return ("", 0) }
        let text = Self.line(" => " + line.name.prefix(room) + amount, time, columns)
        var (result, count) = (coloured(text, line.colour) + "\n", 1)
        // The log's own window, when there is room below the steps.
        guard logRows > LogTail.lines, !line.log.isEmpty else { return (result, count) }
        for entry in line.log {
            let shown = Self.line((" => => # " + entry).prefix(columns - 1), "", columns)
            result += coloured(shown, "2") + "\n"
            count += 1
        }
        return (result, count)
    }

    private func coloured(_ text: String, _ colour: String?) -> String {
        guard hasColours, let colour else { return text }
        return "\u{1b}[\(colour)m\(text)\u{1b}[0m"
    }

    /// Left and right, as wide as the terminal but for its last column, where some break the line.
    private static func line(_ left: some StringProtocol, _ right: String, _ columns: Int) -> String {
        let shown = left.prefix(max(0, columns - right.count - 2))
        let gap = max(1, columns - 1 - shown.count - right.count)
        return shown + String(repeating: " ", count: gap) + right
    }

    /// The last lines, and those above them that go on instead of others that are over.
    private static func fitting(_ lines: [Line], _ room: Int) -> [Line] {
        guard room > 0 else { return [] }
        guard lines.count > room else { return lines }
        let hidden = lines.dropLast(room).filter { !$0.isOver }.suffix(room)
        var (places, kept) = (hidden.count, [Line]())
        for line in lines.suffix(room) {
            if line.isOver, places > 0 { places -= 1 } else { kept.append(line) }
        }
        return hidden.dropFirst(places) + kept
    }
}
