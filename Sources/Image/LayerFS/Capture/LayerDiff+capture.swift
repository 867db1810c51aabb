public import LinuxSystem
import Primitives
import Synchronization

extension LayerDiff {
    /// Copies the layer into an empty directory, in the form of an overlay's upper one, and says what it is. Contents are
    /// read once, for the copy and the digest.
    ///
    /// `unseen`: absolute paths that are no part of it, such as places for mounts. The tree may be in use.
    public func copy(into target: FDBox, without unseen: Set<String> = []) throws -> LayerApplied {
        let hidden = HidingWalk(walk, below: below, without: unseen)
        return try pack(hidden, LayerReplica(target))
    }

    /// Says what the layer is, and takes out of its tree what is no part of it. The tree must not be in use.
    public func settle(without unseen: Set<String> = []) throws -> LayerApplied {
        var dropped: [TreeNode] = []
        let applied = try pack(HidingWalk(walk, below: below, without: unseen) { dropped.append($0) }, nil)
        for node in dropped {
            // The folder's own time is in the digest.
            let before = try node.parent.fd.stat().modified
            try node.parent.fd.removeTree(node.name)
            try node.parent.fd.setTimes(accessed: before, modified: before)
        }
        return applied
    }

    private func pack(_ walk: any DifferenceWalk, _ replica: LayerReplica?) throws -> LayerApplied {
        let hash = HashSink(check)
        let writer = replica.map { ReplicaWriter($0) }
        // Whatever happens, nobody writes there any more when this returns.
        defer { writer?.close() }
        let packer = LayerPacker(hash, replica: writer)
        try walk.visit { try packer.add($0) }
        try packer.finish()
        let (hex, count) = hash.result
        guard let diffID = Digest(sha256Hex: hex) else { throw EngineError(.internal, "bad digest \(hex)") }
        return LayerApplied(diffID: diffID, size: packer.size, tarSize: count, entries: packer.entries)
    }
}

/// Hashes and counts, and keeps nothing.
private final class HashSink: ByteSink {
    private struct State {
        var hash = SHA256()
        var count: Int64 = 0
    }

    private let state = Mutex(State())
    private let check: @Sendable () throws -> Void

    init(_ check: @escaping @Sendable () throws -> Void) { self.check = check }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try check()
        state.withLock { state in
            state.hash.update(bytes)
            state.count += Int64(bytes.count)
        }
    }

    var result: (hex: String, count: Int64) { state.withLock { ($0.hash.hex, $0.count) } }
}
