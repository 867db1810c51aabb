internal import LinuxSystem

/// Makes a stream on a thread of its own, ahead of the one that takes it.
public enum WriteAhead {
    /// `make` writes into the sink that it is given; the bytes come out in `sink` on the caller's thread, in pieces of 256 KiB,
    /// 2 MiB ahead at most. Returns when all is written. Throws what `sink` threw, or what `make` threw after all it wrote.
    public static func run(_ make: @escaping @Sendable (any ByteSink) throws -> Void, into sink: any ByteSink) throws {
        let pipe = ChunkPipe(slots: 8)
        let started = PlatformThread.detach {
            do {
                let filling = PipeSink(pipe)
                try make(filling)
                filling.flush()
                pipe.finish()
            } catch {
                pipe.finish(error)
            }
        }
        guard started else { throw SystemError(errno: 11, call: "pthread_create") }
        defer {
            // What is read must stay until the thread has ended.
            pipe.cancel()
            while (try? pipe.next()) != nil {}
        }
        while let piece = try pipe.next() { try sink.write(piece) }
    }
}

/// Fills the slots of a pipe.
private final class PipeSink: ByteSink, @unchecked Sendable {
    // Invariant: used by the thread that makes the stream alone.
    private let pipe: ChunkPipe
    private var slot: UnsafeMutableRawBufferPointer?
    private var filled = 0

    init(_ pipe: ChunkPipe) { self.pipe = pipe }

    /// Throws when whoever takes the stream has gone.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
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

    func flush() {
        guard slot != nil else { return }
        pipe.commit(filled)
        (slot, filled) = (nil, 0)
    }
}
