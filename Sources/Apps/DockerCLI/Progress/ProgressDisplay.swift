internal import EngineClient
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// The messages of pull, push, load, import and build. On a terminal each object has a line of its own, in the order they
/// came up, and everything else goes below; elsewhere steps are lines, and amounts are left out.
struct ProgressDisplay {
    /// Columns of the terminal, asked for at every message as they may change; nil is no terminal.
    private let width: () -> Int?
    private let write: (String) throws(EngineError) -> Void
    private let now: () -> Timestamp
    private let clock: () -> ContinuousClock.Instant
    /// Ids in the order of their lines, the last just above the cursor.
    private var lines: [String] = []
    private var paces: [String: ProgressPace] = [:]

    init(
        width: @escaping () -> Int?, now: @escaping () -> Timestamp = Timestamp.now,
        clock: @escaping () -> ContinuousClock.Instant = { .now },
        write: @escaping (String) throws(EngineError) -> Void
    ) {
        self.width = width
        self.now = now
        self.clock = clock
        self.write = write
    }

    /// Nil shows nothing.
    init(_ output: Descriptor?) {
        let terminal = output.flatMap { $0.isTerminal ? $0 : nil }
        self.init(
            width: { terminal.map { Terminal.size(of: $0)?.columns ?? 200 } },
            write: { text throws(EngineError) in try output?.write(text) })
    }

    /// Sends a POST, with a body when there is a source, and shows the answer. `side`: takes what comes beside the
    /// messages (`aux`). Without an output nothing is shown. Errors: the engine's, within the stream too.
    static func show(
        _ client: EngineClient, _ path: String, source: Descriptor? = nil, headers: [(String, String)] = [],
        to output: Descriptor?, side: (JSONValue) -> Void = { _ in }
    ) throws {
        var display = ProgressDisplay(output)
        try client.objects("POST", path, source: source, headers: headers) { message in
            if let aux = message["aux"] { side(aux) } else { try display.show(message) }
        }
    }

    /// Errors: the one that the message tells of, and those of writing.
    mutating func show(_ message: JSONValue) throws {
        if let failure = Self.failure(message) { throw failure }
        let id = message["id"]?.stringValue ?? ""
        let detail = message["progressDetail"]?.objectValue
        guard !id.isEmpty, detail != nil || message["progress"] != nil else {
            // What is not about an object ends the list: a later one with the same id is another.
            lines.removeAll()
            paces.removeAll()
            return try write(text(message))
        }
        guard let columns = width() else { return try write(text(message)) }
        if let detail { follow(id, message["status"]?.stringValue ?? "", ProgressBar(detail)) }
        try place(text(message, columns), of: id)
    }

    private static func failure(_ message: JSONValue) -> CommandFailure? {
        let detail = message["errorDetail"]
        guard let text = detail?["message"]?.stringValue ?? message["error"]?.stringValue else { return nil }
        return CommandFailure(detail?["code"]?.integerValue == 401 ? "Authentication is required." : text)
    }

    private mutating func place(_ text: String, of id: String) throws(EngineError) {
        if !lines.contains(id) {
            lines.append(id)
            try write("\n")
        }
        let up = lines.count - (lines.firstIndex(of: id) ?? 0)
        try write("\u{1b}[\(up)A\(text)\u{1b}[\(up)B")
    }

    private mutating func follow(_ id: String, _ action: String, _ bar: ProgressBar) {
        paces[id] = ProgressPace.following(paces[id], action, bar, at: clock())
    }

    /// The whole line; empty for amounts where there is no terminal (`columns`).
    private func text(_ message: JSONValue, _ columns: Int? = nil) -> String {
        if let stream = message["stream"]?.stringValue, !stream.isEmpty { return stream }
        let id = message["id"]?.stringValue ?? ""
        let status = message["status"]?.stringValue ?? ""
        let head = (id.isEmpty ? "" : "\(id): ") + status
        let old = message["progress"]?.stringValue ?? ""
        guard let detail = message["progressDetail"]?.objectValue else {
            return old.isEmpty ? head + "\n" : "\(head) \(old)"
        }
        let bar = ProgressBar(detail)
        let amount = bar.text(width: columns ?? 200, now: now())
        guard let columns else { return amount.isEmpty ? head + "\n" : "" }
        return "\u{1b}[2K\r\(withPace(id, bar, "\(head) \(amount)", columns))\r"
    }

    /// The line with rate and time left behind it, as far as they fit.
    private func withPace(_ id: String, _ bar: ProgressBar, _ line: String, _ columns: Int) -> String {
        guard let pace = paces[id], let rate = pace.rateText else { return line }
        let left = bar.hasStart ? nil : pace.timeLeftText
        let longer = [left.map { "\(line)  \(rate)  \($0)" }, "\(line)  \(rate)"]
        return longer.compactMap(\.self).first { $0.count < columns } ?? line
    }
}
