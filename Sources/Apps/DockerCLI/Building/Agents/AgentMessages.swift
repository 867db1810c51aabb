internal import Primitives

/// What passes between a process of a build and an agent (draft-miller-ssh-agent, section 3): messages of a length in four bytes,
/// a type, and more.
struct AgentMessages {
    /// Bytes of one message, as OpenSSH has it.
    static let longest = 256 << 10
    /// The answer to what is not done: SSH_AGENT_FAILURE.
    static let failure: [UInt8] = [0, 0, 0, 1, 5]

    private var pending: [UInt8]

    /// `pending`: bytes that have come already.
    init(_ pending: [UInt8] = []) { self.pending = pending }

    /// The next whole message, its length in front; nil at the end. `read` gives more bytes, none at the end.
    ///
    /// Errors: `badParameter` for one that is empty, or too long.
    mutating func next(_ read: () throws -> [UInt8]) throws -> [UInt8]? {
        while true {
            if pending.count >= 4 {
                let length = pending[..<4].reduce(0) { $0 << 8 | Int($1) }
                guard (1...Self.longest).contains(length) else {
                    throw EngineError(.badParameter, "a message of \(length) bytes to an agent")
                }
                if pending.count >= 4 + length {
                    defer { pending.removeFirst(4 + length) }
                    return Array(pending[..<(4 + length)])
                }
            }
            let bytes = try read()
            if bytes.isEmpty { return nil }
            pending += bytes
        }
    }

    /// Builds may ask which keys there are and have something signed; they add no keys, take none away and lock nothing.
    static func isAllowed(_ message: [UInt8]) -> Bool { message.count > 4 && [11, 13].contains(message[4]) }
}
