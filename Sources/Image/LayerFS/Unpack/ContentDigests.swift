internal import LinuxSystem
public import Primitives
internal import Synchronization
internal import TarCodec

/// SHA-256 of each file's content, found while an archive is unpacked, so that nobody has to read the files again.
///
/// Files are known by their inode: whatever an archive does to its names, what stands on disk in the end is what is
/// asked about. A sparse file is hashed with its map in place of its holes, which may be larger than any disk: its digest
/// is no other file's, though another's content may be the same.
public final class ContentDigests: Sendable {
    private struct State {
        var byInode: [UInt64: Digest] = [:]
        var hash = SHA256()
        var sawAttributes = false
    }

    private let state = Mutex(State())

    public init() {}

    /// Nil for what is no file, or was not unpacked with these.
    public func digest(ofInode inode: UInt64) -> Digest? { state.withLock { $0.byInode[inode] } }

    /// Some entry had extended attributes.
    public var sawAttributes: Bool { state.withLock { $0.sawAttributes } }

    func note(_ entry: TarEntry) {
        guard !entry.attributes.isEmpty else { return }
        state.withLock { $0.sawAttributes = true }
    }

    func begin(_ entry: TarEntry) {
        state.withLock { state in
            state.hash = SHA256()
            guard let ranges = entry.sparse else { return }
            state.hash.update(Array("sparse file of \(entry.size) bytes".utf8))
            for range in ranges { state.hash.update(Array("\n\(range.offset) \(range.length)".utf8)) }
            state.hash.update([0])
        }
    }

    func add(_ bytes: UnsafeRawBufferPointer) { state.withLock { $0.hash.update(bytes) } }

    func end(inode: UInt64) {
        state.withLock { state in state.byInode[inode] = Digest(sha256Hex: state.hash.hex) }
    }
}
