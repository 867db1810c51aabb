internal import LinuxSystem
import Synchronization

/// Reads, decompresses and hashes on a thread of its own, ahead of the one that unpacks.
final class ReadAhead: Sendable {
    private let pipe = ChunkPipe()
    private let hashes: Bool
    private let totals = Mutex((hash: SHA256(), size: Int64(0)))

    /// Starts at once. A source that is decompressed already is taken as it is. The source is used until its end, or until the first read after `cancel`.
    /// `hashes`: somebody wants to know the digest.
    init(_ source: any ByteSource, hashes: Bool = true) {
        self.hashes = hashes
        let started = PlatformThread.detach { [self] in produce(source) }
        if !started { pipe.finish(SystemError(errno: 11, call: "pthread_create")) }
    }

    /// The next piece of the uncompressed bytes, valid until the next call; nil at the end.
    func next() throws -> UnsafeRawBufferPointer? { try pipe.next() }

    func cancel() { pipe.cancel() }

    /// Hash and count of all bytes: complete once `next` has given nil.
    var result: (hash: SHA256, size: Int64) { totals.withLock { $0 } }

    private func produce(_ source: any ByteSource) {
        do {
            let plain = try source as? DecompressedSource ?? DecompressedSource(source)
            var (hash, size) = (SHA256(), Int64(0))
            while let slot = pipe.reserve() {
                let count = try plain.fill(slot)
                if hashes { hash.update(UnsafeRawBufferPointer(rebasing: slot[..<count])) }
                size += Int64(count)
                if count < slot.count { totals.withLock { $0 = (hash, size) } }
                pipe.commit(count)
                if count < slot.count { break }
            }
            pipe.finish()
        } catch {
            pipe.finish(error)
        }
    }
}

extension ByteSource {
    /// Fills the whole buffer unless the source ends before.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if count == 0 { break }
            filled += count
        }
        return filled
    }
}
