internal import LinuxSystem

/// A container's TCP connection: messages with their lengths before them, any number of them under way (RFC 7766 6.2).
final class Connection {
    /// Queries under way over one connection; with more, the others wait in the socket.
    private static let maximumUnderWay = 8
    /// Bytes of answers that wait to be written before no more queries are read.
    private static let maximumOutput = 65_536

    let number: Int
    let client: Int
    let socket: FDBox
    var input: [UInt8] = []
    private var output: [UInt8] = []
    private var written = 0
    var underWay = 0
    /// When it last took a query or some of an answer, in nanoseconds.
    var lastProgress: Int64
    /// No more queries will come; answers are still wanted.
    var isHalfClosed = false
    var interest: PollEvents = .readable

    init(_ number: Int, _ client: Int, _ socket: FDBox, now: Int64) {
        self.number = number
        self.client = client
        self.socket = socket
        lastProgress = now
    }

    var hasOutput: Bool { written < output.count }
    var takesQueries: Bool { underWay < Self.maximumUnderWay && output.count - written < Self.maximumOutput }

    /// The first whole message in the input; nil when there is none yet, EMSGSIZE when it is longer than any query.
    func takeMessage() throws(SystemError) -> [UInt8]? {
        guard input.count >= 2 else { return nil }
        let length = Int(input[0]) << 8 | Int(input[1])
        if length > MessageSize.datagram { throw SystemError(errno: 90, call: "recv") }
        guard input.count >= 2 + length else { return nil }
        let message = Array(input[2..<(2 + length)])
        input.removeFirst(2 + length)
        return message
    }

    /// Puts an answer behind those that wait.
    func append(_ message: UnsafeRawBufferPointer) {
        output.append(UInt8(truncatingIfNeeded: message.count >> 8))
        output.append(UInt8(truncatingIfNeeded: message.count))
        output.append(contentsOf: message)
    }

    /// Writes what the socket takes; true when that was something. Errors: EPIPE, ECONNRESET.
    func flush() throws(SystemError) -> Bool {
        guard hasOutput else { return false }
        let rest = try output.withUnsafeBufferPointer { (bytes) throws(SystemError) in
            try socket.fd.sendNow(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[written...])))
        }
        written += rest ?? 0
        if !hasOutput {
            output.removeAll(keepingCapacity: output.capacity <= 4096)
            written = 0
        }
        return rest != nil
    }
}
