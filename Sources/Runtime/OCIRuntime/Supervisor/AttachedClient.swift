internal import LinuxSystem

/// One attached socket: output waits in a buffer, input goes to the process.
final class AttachedClient {
    /// A client that has more than this waiting holds the container's output back.
    static let fullAt = 1 << 20
    /// Docker copies in pieces of this size, so frames are never larger.
    static let longestFrame = 32 << 10

    let socket: FDBox
    let options: AttachOptions
    /// Frames around output, unless the process has a terminal.
    let framed: Bool
    private(set) var waiting: [UInt8] = []
    private var head = 0
    /// When the client last took anything, `KernelClock.monotonic`.
    private(set) var lastProgress = KernelClock.monotonic()
    private(set) var gone = false
    /// No more output will come: the socket is closed once the buffer is empty.
    var finishing = false
    var inputEnded = false
    /// Left, with input that is still to be read: not watched until the process has taken what waits before it.
    var parked = false

    init(socket: FDBox, options: AttachOptions, framed: Bool) {
        self.socket = socket
        self.options = options
        self.framed = framed
    }

    var waitingCount: Int { waiting.count - head }
    var isFull: Bool { waitingCount >= Self.fullAt }

    func wants(_ stream: OutputStream) -> Bool { stream == .stdout ? options.stdout : options.stderr }

    func deliver(_ bytes: UnsafeRawBufferPointer, from stream: OutputStream) {
        guard framed else { return send(bytes) }
        var rest = bytes
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.longestFrame))
            withUnsafeBytes(of: StreamFrame.header(stream, count: part.count)) { send($0) }
            send(part)
            rest = UnsafeRawBufferPointer(rebasing: rest[part.count...])
        }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) {
        guard !gone else { return }
        var rest = bytes
        if waitingCount == 0 { rest = UnsafeRawBufferPointer(rebasing: rest[take(rest)...]) }
        if !gone { waiting.append(contentsOf: rest) }
    }

    /// How many bytes the socket takes right now.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        do {
            guard let count = try socket.fd.sendNow(bytes), count > 0 else { return 0 }
            lastProgress = KernelClock.monotonic()
            return count
        } catch {
            gone = true
            return bytes.count
        }
    }

    /// Sends on what waits; true when nothing does any more.
    func flush() -> Bool {
        while waitingCount > 0 && !gone {
            let sent = waiting.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[head...])) }
            if sent == 0 { return false }
            head += sent
        }
        waiting = []
        head = 0
        return true
    }

    /// The client has taken nothing for longer than it may.
    func isStalled(at now: Int64) -> Bool {
        guard let limit = options.stallLimit, waitingCount > 0 else { return false }
        return now - lastProgress > Int64(limit) * 1_000_000
    }
}

/// Docker's stdcopy header: `[stream, 0, 0, 0, count as 32 bits big-endian]`.
enum StreamFrame {
    static func header(_ stream: OutputStream, count: Int) -> (UInt64) {
        (UInt64(stream.rawValue) << 56 | UInt64(UInt32(truncatingIfNeeded: count))).bigEndian
    }
}
