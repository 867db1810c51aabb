public import APIModel

/// Messages that wait until they may be sent. What a program prints byte by byte takes no more room than what it prints at
/// once, and of a transfer only the newest word counts.
public struct KeptMessages: Sendable {
    public private(set) var messages: [ProgressMessage] = []
    /// About what they take in memory.
    public private(set) var bytes = 0

    /// Texts become no longer than this by being joined, in bytes.
    private static let joined = 4 << 10
    /// What a message takes beside its text, about.
    private static let cost = 256
    /// How far back a transfer's last word is looked for.
    private static let transfers = 64

    public init() {}

    public mutating func add(_ message: ProgressMessage) {
        if let text = message.stream { return add(text, message) }
        if message.progressDetail != nil, let id = message.id, let place = place(ofTransfer: id) {
            messages[place] = message
        } else {
            append(message)
        }
    }

    private mutating func add(_ text: String, _ message: ProgressMessage) {
        let place = messages.count - 1
        guard place >= 0, let before = messages[place].stream, before.utf8.count + text.utf8.count <= Self.joined else {
            return append(message)
        }
        messages[place].stream = before + text
        bytes += text.utf8.count
    }

    private mutating func append(_ message: ProgressMessage) {
        messages.append(message)
        bytes += Self.size(message)
    }

    private func place(ofTransfer id: String) -> Int? {
        messages.indices.suffix(Self.transfers).last { messages[$0].id == id }.flatMap {
            messages[$0].progressDetail == nil ? nil : $0
        }
    }

    /// Leaves out the first until the rest is no larger, in bytes; the last one stays.
    public mutating func keepLast(_ most: Int) {
        var dropped = 0
        while bytes > most, dropped < messages.count - 1 {
            bytes -= Self.size(messages[dropped])
            dropped += 1
        }
        messages.removeFirst(dropped)
    }

    private static func size(_ message: ProgressMessage) -> Int { cost + (message.stream?.utf8.count ?? 0) }
}
