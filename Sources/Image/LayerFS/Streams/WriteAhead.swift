internal import LinuxSystem
internal import Synchronization

/// Makes a stream on a thread of its own, ahead of the one that takes it.
public enum WriteAhead {
    /// `make` writes into the sink that it is given; the bytes come out in `sink` on the caller's thread, in pieces of 256 KiB,
    /// 2 MiB ahead at most. Returns when all is written. Throws what `sink` threw, or what `make` threw after all it wrote.
    public static func run(_ make: @escaping @Sendable (any ByteSink) throws -> Void, into sink: any ByteSink) throws {
        let pipe = try start(make)
        defer { end(pipe) }
        while let piece = try pipe.next() { try sink.write(piece) }
    }

    /// The same for who reads the stream: `body` gets it as a source, which gives nothing any more once `body` has returned.
    /// Who reads on after `make` has failed is thrown what it threw.
    public static func run<Result>(
        _ make: @escaping @Sendable (any ByteSink) throws -> Void, reading body: (any ByteSource) throws -> Result
    ) throws -> Result {
        let pipe = try start(make)
        let source = PipeSource(pipe)
        defer {
            source.close()
            end(pipe)
        }
        return try body(source)
    }

    private static func start(_ make: @escaping @Sendable (any ByteSink) throws -> Void) throws -> ChunkPipe {
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
        return pipe
    }

    /// What is read must stay until the thread has ended.
    private static func end(_ pipe: ChunkPipe) {
        pipe.cancel()
        while (try? pipe.next()) != nil {}
    }
}

/// What comes out of a pipe, for a reader that may go on for a moment after its work was called off.
private final class PipeSource: ByteSource, @unchecked Sendable {
    // Invariant: `lock` is held for every use of the variables, and of the pipe until it is closed.
    private let lock = Mutex(())
    private let pipe: ChunkPipe
    private var rest: UnsafeRawBufferPointer?
    private var isClosed = false

    init(_ pipe: ChunkPipe) { self.pipe = pipe }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try lock.withLock { _ in
            guard !isClosed else { throw SystemError(errno: 32, call: "read") }
            guard let piece = try rest ?? pipe.next() else { return 0 }
            let count = min(buffer.count, piece.count)
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[..<count]))
            rest = count < piece.count ? UnsafeRawBufferPointer(rebasing: piece[count...]) : nil
            return count
        }
    }

    func close() { lock.withLock { _ in isClosed = true } }
}
