#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
public import Primitives

#if canImport(Glibc)
private let systemPoll = Glibc.poll
#elseif canImport(Musl)
private let systemPoll = Musl.poll
#elseif canImport(Darwin)
private let systemPoll = Darwin.poll
#endif

/// A descriptor that a client reads and writes: its standard streams, a connection. Copyable; who opened it closes it.
public struct Descriptor: Sendable, Hashable {
    public let number: Int32

    public init(_ number: Int32) { self.number = number }

    public static let input = Descriptor(0)
    public static let output = Descriptor(1)
    public static let error = Descriptor(2)

    public var isTerminal: Bool { isatty(number) == 1 }

    /// Reads at most `limit` bytes; empty is the end. Errors: `unavailable` for what the system says.
    public func read(limit: Int = 65_536) throws(EngineError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            guard let base = buffer.baseAddress else { return }
            var count = -1
            repeat {
                count = recvOrRead(base, limit)
                failed = count < 0 && errno != EINTR && errno != EAGAIN
            } while count < 0 && !failed
            filled = max(0, count)
        }
        guard !failed else { throw Self.failure("read") }
        return bytes
    }

    private func recvOrRead(_ target: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Darwin)
        Darwin.read(number, target, count)
        #elseif canImport(Glibc)
        Glibc.read(number, target, count)
        #else
        Musl.read(number, target, count)
        #endif
    }

    /// Writes everything. Errors: `unavailable`, EPIPE among them.
    public func write(_ bytes: some Sequence<UInt8>) throws(EngineError) {
        let bytes = Array(bytes)
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { writeSome($0.baseAddress! + offset, $0.count - offset) }
            if count >= 0 { offset += count } else if errno != EINTR && errno != EAGAIN { throw Self.failure("write") }
        }
    }

    private func writeSome(_ source: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Darwin)
        Darwin.write(number, source, count)
        #elseif canImport(Glibc)
        Glibc.write(number, source, count)
        #else
        Musl.write(number, source, count)
        #endif
    }

    public func write(_ text: String) throws(EngineError) { try write(text.utf8) }

    /// Ends the writing direction of a socket.
    public func finishWriting() { _ = shutdown(number, Int32(SHUT_WR)) }

    public func closeNow() { _ = close(number) }

    /// Sends what a socket takes right now; how many bytes. Errors: `unavailable`, EPIPE among them.
    public func sendNow(_ bytes: [UInt8]) throws(EngineError) -> Int {
        while true {
            let count = bytes.withUnsafeBytes { send(number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
            if count >= 0 { return count }
            if errno == EAGAIN || errno == EWOULDBLOCK { return 0 }
            if errno != EINTR { throw Self.failure("send") }
        }
    }

    /// What a wait found.
    public struct Ready: Sendable {
        public var readable: Set<Descriptor> = []
        public var writable: Set<Descriptor> = []
    }

    /// Waits until something can be read or written; empty when the time is over (negative: never), nil when a signal
    /// came in between.
    public static func poll(
        reading: [Descriptor], writing: [Descriptor] = [], milliseconds: Int32 = -1
    ) -> Ready? {
        var wanted = reading.map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
        for target in writing {
            if let index = wanted.firstIndex(where: { $0.fd == target.number }) {
                wanted[index].events |= Int16(POLLOUT)
            } else {
                wanted.append(pollfd(fd: target.number, events: Int16(POLLOUT), revents: 0))
            }
        }
        guard systemPoll(&wanted, nfds_t(wanted.count), milliseconds) >= 0 else {
            return errno == EINTR ? nil : Ready()
        }
        var ready = Ready()
        for found in wanted where found.revents != 0 {
            if found.revents & ~Int16(POLLOUT) != 0 { ready.readable.insert(Descriptor(found.fd)) }
            if found.revents & Int16(POLLOUT) != 0 { ready.writable.insert(Descriptor(found.fd)) }
        }
        return ready
    }

    /// Waits until one of the descriptors can be read; those that can. Nil as milliseconds waits for ever.
    public static func wait(for descriptors: [Descriptor], milliseconds: Int32 = -1) -> Set<Descriptor> {
        poll(reading: descriptors, milliseconds: milliseconds)?.readable ?? []
    }

    /// What the last call failed with: `notFound` when nothing is there (or nobody listens), `conflict` when something
    /// is, else `unavailable`.
    static func failure(_ what: String) -> EngineError {
        let number = errno
        let kind: EngineError.Kind =
            switch number {
            case ENOENT, ECONNREFUSED: .notFound
            case EEXIST: .conflict
            default: .unavailable
            }
        return EngineError(kind, "\(what): \(String(cString: strerror(number)))")
    }
}
