public import LayerFS
internal import LinuxSystem
public import Primitives
internal import Synchronization

/// A compressed layer on its way into the store: a file that one thread fills while others unpack what is there already.
///
/// What a pull that ended early has left is gone on with; then nothing of it is given out before all of it was verified,
/// since nobody knows whether it reached the disk. Calls block. One thread at a time fills it.
public final class BlobSpool: Sendable {
    enum End: Sendable {
        case whole
        case failed(EngineError)
    }

    struct State: Sendable {
        var count: Int64 = 0
        var end: End?
        /// Not to be given out before the end.
        var isHeldBack = false
        /// The file is somebody else's by now.
        var isMoved = false
    }

    public let digest: Digest
    /// Bytes that belong in it; nil when nobody has said so.
    public let size: Int64?
    let path: String
    let file: FDBox
    private let room: DiskRoom
    let state = Monitor(State())
    /// Of the bytes that are here. Apart from the state, so that nobody waits while it is worked out.
    private let hash = Mutex(SHA256())

    /// Without a size in the manifest (schema 1) a layer may have so many bytes.
    public static let mostWithoutSize: Int64 = 32 << 30

    init(path: String, digest: Digest, size: Int64?, room: DiskRoom = DiskRoom()) throws(SystemError) {
        self.path = path
        self.room = room
        self.digest = digest
        self.size = size
        file = FDBox(try FD.open(at: RawPath(path), [.readWrite, .create, .noFollow], mode: 0o600))
        try takeOver(try file.fd.stat().size)
    }

    /// Hashes what is there already.
    private func takeOver(_ found: Int64) throws(SystemError) {
        guard found > 0 else { return }
        guard found <= size ?? Self.mostWithoutSize else { return try file.fd.truncate(to: 0) }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { piece.deallocate() }
        var (hash, count) = (SHA256(), Int64(0))
        while true {
            let read = try file.fd.read(into: piece, at: count)
            if read == 0 { break }
            hash.update(UnsafeRawBufferPointer(rebasing: piece[..<read]))
            count += Int64(read)
        }
        let (taken, size) = (hash, count)
        self.hash.withLock { $0 = taken }
        state.change { $0 = State(count: size, isHeldBack: true) }
    }

    /// Bytes that are here.
    public var count: Int64 { state.read { $0.count } }
    public var hasEnded: Bool { state.read { $0.end != nil } }
    public var isWhole: Bool { state.read { if case .whole? = $0.end { true } else { false } } }

    /// Errors: `badParameter` past the size, `internal` when the disk takes no more.
    public func append(_ bytes: [UInt8]) throws(EngineError) {
        let start = count
        guard start + Int64(bytes.count) <= size ?? Self.mostWithoutSize else {
            throw EngineError(.badParameter, "blob \(digest) is larger than it should be")
        }
        do {
            try room.trying { try bytes.withUnsafeBytes { try file.fd.writeAll($0, at: start) } }
        } catch {
            throw storeError(error)
        }
        hash.withLock { hash in bytes.withUnsafeBytes { hash.update($0) } }
        state.change { $0.count += Int64(bytes.count) }
    }

    /// All bytes have come. Errors: `badParameter` when they are not those that the digest names. The spool is empty then; if
    /// what it began with was left over, it has not ended, and one more try makes sense.
    public func finish() throws(EngineError) {
        let found = hash.withLock { $0.hex }
        let isRight = digest.algorithm == "sha256" && found == digest.hex && size.map { $0 == count } ?? true
        guard !isRight else { return state.change { $0.end = .whole } }
        let error = EngineError(.badParameter, "filesystem layer verification failed for digest \(digest)")
        try? file.fd.truncate(to: 0)
        guard state.read({ $0.isHeldBack }) else {
            fail(error)
            throw error
        }
        hash.withLock { $0 = SHA256() }
        state.change { $0 = State() }
        throw error
    }

    /// Nothing more comes: those who unpack from it are told. What is there stays, for the next pull.
    public func fail(_ error: EngineError) {
        state.change { state in
            if state.end == nil { state.end = .failed(error) }
        }
    }

    /// Takes the file away, unless it was moved.
    public func remove() {
        if !state.read({ $0.isMoved }) { try? HostFile.remove(path) }
    }

    /// Gives the file another place, once; what is read here comes from there then. One thread at a time.
    func move(to newPath: String) throws(SystemError) {
        guard !state.read({ $0.isMoved }) else { return }
        try HostFile.rename(path, to: newPath)
        state.change { $0.isMoved = true }
    }

    /// The bytes from the first on, as they come; the end comes only if all of them are right. `note` is told how many
    /// were read.
    public func source(note: @escaping @Sendable (Int64) -> Void = { _ in }) -> any ByteSource {
        SpoolSource(self, note: note)
    }
}

/// Reads a spool, and waits where it has no more yet.
private final class SpoolSource: ByteSource, @unchecked Sendable {
    // Invariant: a source is used by one thread at a time.
    private let spool: BlobSpool
    private let note: @Sendable (Int64) -> Void
    private var offset: Int64 = 0

    private enum Step: Sendable {
        case read(Int)
        case end(BlobSpool.End)
    }

    init(_ spool: BlobSpool, note: @escaping @Sendable (Int64) -> Void) {
        self.spool = spool
        self.note = note
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let offset = offset
        let step = spool.state.wait { state -> Step? in
            if case .failed? = state.end { return state.end.map { .end($0) } }
            let mayRead = !state.isHeldBack || state.end != nil
            if mayRead, state.count > offset { return .read(Int(clamping: state.count - offset)) }
            return state.end.map { .end($0) }
        }
        switch step {
        case .end(.whole): return 0
        case .end(.failed(let error)): throw error
        case .read(let available):
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(available, buffer.count)])
            let count = try spool.file.fd.read(into: target, at: offset)
            guard count > 0 else { throw EngineError(.internal, "\(spool.path) became shorter") }
            self.offset += Int64(count)
            note(self.offset)
            return count
        }
    }
}
