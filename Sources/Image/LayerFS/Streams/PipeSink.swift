public import LinuxSystem

/// Fills the slots of a pipe.
public final class PipeSink: ByteSink, @unchecked Sendable {
    // Invariant: used by one thread at a time, the one that makes the stream.
    private let pipe: ChunkPipe
    private var slot: UnsafeMutableRawBufferPointer?
    private var filled = 0

    public init(_ pipe: ChunkPipe) { self.pipe = pipe }

    /// Throws when whoever takes the stream has gone.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let room = slot ?? pipe.reserve() else { throw SystemError(errno: 32, call: "write") }
            slot = room
            let taken = rest.prefix(room.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: room[filled...]).copyBytes(from: taken)
            filled += taken.count
            rest = rest.dropFirst(taken.count)
            if filled == room.count { flush() }
        }
    }

    /// Hands over what is in a slot that is not full.
    public func flush() {
        guard slot != nil else { return }
        pipe.commit(filled)
        (slot, filled) = (nil, 0)
    }
}
