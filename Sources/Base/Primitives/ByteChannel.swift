import Synchronization

/// A connected byte stream that changes hands between components: the descriptor of a stream socket or pipe.
///
/// Whoever makes it says how it is closed, so this target needs no system library. It is closed when the last
/// reference goes, unless somebody has taken the descriptor out.
public final class ByteChannel: Sendable {
    private let descriptor: Mutex<Int32?>
    private let cut = Mutex<String?>(nil)
    private let close: @Sendable (Int32) -> Void

    /// Takes ownership of an open descriptor.
    public init(descriptor: Int32, close: @escaping @Sendable (Int32) -> Void) {
        self.descriptor = Mutex(descriptor)
        self.close = close
    }

    deinit {
        if let descriptor = take() { close(descriptor) }
    }

    /// Why whoever filled the stream stopped before its end: what comes out of it is not all there was. Nil for a whole
    /// one; meaningful once the stream has been read to its end.
    public var cutReason: String? { cut.withLock { $0 } }

    public func markCut(because reason: String) { cut.withLock { $0 = reason } }

    /// The descriptor, whose ownership passes to the caller; nil when it was taken before.
    public func take() -> Int32? {
        descriptor.withLock { held in
            defer { held = nil }
            return held
        }
    }
}
