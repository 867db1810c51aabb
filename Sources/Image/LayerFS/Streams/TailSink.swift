/// Passes on what follows the first bytes.
public final class TailSink: ByteSink, @unchecked Sendable {
    // Invariant: a sink is used by one thread at a time.
    private let sink: any ByteSink
    private var toDrop: Int64

    public init(_ sink: any ByteSink, after count: Int64) {
        self.sink = sink
        toDrop = count
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        let dropped = Int(min(toDrop, Int64(bytes.count)))
        toDrop -= Int64(dropped)
        if dropped < bytes.count { try sink.write(UnsafeRawBufferPointer(rebasing: bytes[dropped...])) }
    }
}
