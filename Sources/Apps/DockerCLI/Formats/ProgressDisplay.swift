internal import EngineClient
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// The messages of pull, load and import: one row an object on a terminal, plain lines elsewhere.
struct ProgressDisplay {
    private let output: Descriptor
    private let isTerminal: Bool
    /// Ids in the order of their rows.
    private var rows: [String] = []

    private init(_ output: Descriptor) {
        self.output = output
        isTerminal = output.isTerminal
    }

    /// Sends a POST, with a body when there is a source, and shows the answer. Errors: the engine's, within the stream too.
    static func show(_ client: EngineClient, _ path: String, source: Descriptor? = nil, to output: Descriptor) throws {
        var display = ProgressDisplay(output)
        var failure: CommandFailure?
        try client.objects("POST", path, source: source) { message in
            if let text = message["errorDetail"]?["message"]?.stringValue ?? message["error"]?.stringValue {
                failure = CommandFailure(
                    message["errorDetail"]?["code"]?.integerValue == 401 ? "Authentication is required." : text)
            } else {
                try display.show(message)
            }
        }
        if let failure { throw failure }
    }

    private mutating func show(_ message: JSONValue) throws(EngineError) {
        if let stream = message["stream"]?.stringValue { return try output.write(stream) }
        let progress = message["progress"]?.stringValue ?? ""
        let isProgress = !(message["progressDetail"]?.objectValue?.isEmpty ?? true)
        let id = message["id"]?.stringValue ?? ""
        let line =
            (id.isEmpty ? "" : "\(id): ") + (message["status"]?.stringValue ?? "")
            + (progress.isEmpty ? "" : " \(progress)")
        guard isTerminal else {
            if !isProgress { try output.write(line + "\n") }
            return
        }
        guard !id.isEmpty, message["progressDetail"] != nil else {
            rows.removeAll()
            return try output.write(line + "\n")
        }
        try place(line, at: row(of: id))
    }

    private mutating func row(of id: String) throws(EngineError) -> Int {
        if let row = rows.firstIndex(of: id) { return row }
        rows.append(id)
        try output.write("\n")
        return rows.count - 1
    }

    private func place(_ line: String, at row: Int) throws(EngineError) {
        let up = rows.count - row
        try output.write("\u{1b}[\(up)A\u{1b}[2K\r\(line)\r\u{1b}[\(up)B")
    }
}
