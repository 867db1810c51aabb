internal import LinuxSystem

/// One direction of a connection: what has been read on one side and not yet been taken on the other.
struct RelayBuffer {
    private var bytes: [UInt8] = []
    private var start = 0
    private(set) var hasEnded = false
    private(set) var hasFinished = false

    static let capacity = 64 << 10

    private var isEmpty: Bool { start == bytes.count }
    var wantsInput: Bool { isEmpty && !hasEnded }
    var hasOutput: Bool { !isEmpty }

    /// Reads what is there into an empty buffer. Errors: the connection is broken.
    mutating func fill(from source: borrowing FD) throws(SystemError) {
        guard wantsInput else { return }
        var count: Int?
        var failure: SystemError?
        bytes = [UInt8](unsafeUninitializedCapacity: Self.capacity) { buffer, length in
            do throws(SystemError) {
                count = try source.receiveNow(into: UnsafeMutableRawBufferPointer(buffer))
                length = count ?? 0
            } catch { failure = error }
        }
        start = 0
        if let failure { throw failure }
        if count == 0 { hasEnded = true }
    }

    /// Writes what the other side takes; passes the end on once all is written.
    mutating func drain(to target: borrowing FD) throws(SystemError) {
        while !isEmpty {
            var sent: Int?
            var failure: SystemError?
            bytes.withUnsafeBytes { raw in
                do throws(SystemError) {
                    sent = try target.sendNow(UnsafeRawBufferPointer(rebasing: raw[start...]))
                } catch { failure = error }
            }
            if let failure { throw failure }
            guard let sent else { return }
            start += sent
        }
        // An idle connection holds no memory.
        (bytes, start) = ([], 0)
        if hasEnded && !hasFinished {
            target.finishWriting()
            hasFinished = true
        }
    }
}

/// A client's connection and the container's behind it. Half-closes are passed on; a side that can't take holds the
/// other one back.
final class Relay {
    let client: FDBox
    let backend: FDBox
    private var inward = RelayBuffer()
    private var outward = RelayBuffer()
    /// The container has not answered the call yet.
    private var isConnecting = true

    init(client: FDBox, backend: FDBox) {
        self.client = client
        self.backend = backend
    }

    var isOver: Bool { inward.hasFinished && outward.hasFinished }

    /// Moves what can be moved. Errors: the connection is broken.
    func move(_ events: PollEvents, of target: Int32) throws(SystemError) {
        if isConnecting {
            guard target == backend.fd.rawValue, !events.isDisjoint(with: [.writable, .failed, .hungUp]) else { return }
            if let failure = backend.fd.takeSocketError() { throw failure }
            isConnecting = false
        }
        try inward.fill(from: client.fd)
        try inward.drain(to: backend.fd)
        try outward.fill(from: backend.fd)
        try outward.drain(to: client.fd)
    }

    var clientEvents: PollEvents {
        var events: PollEvents = []
        if inward.wantsInput && !isConnecting { events.insert(.readable) }
        if outward.hasOutput { events.insert(.writable) }
        return events
    }

    var backendEvents: PollEvents {
        if isConnecting { return .writable }
        var events: PollEvents = []
        if outward.wantsInput { events.insert(.readable) }
        if inward.hasOutput { events.insert(.writable) }
        return events
    }
}
