internal import GraphDrivers
internal import ImageModel
internal import LayerFS
internal import LinuxSystem
public import Primitives

extension ImageStore {
    /// A place for a layer's compressed bytes; what an earlier pull left there is gone on with.
    public func openSpool(_ digest: Digest, size: Int64?) throws(EngineError) -> BlobSpool {
        do {
            try HostDirectory.makeAll(folder.downloads)
            return try BlobSpool(
                path: "\(folder.downloads)/\(digest.algorithm)-\(digest.hex)", digest: digest, size: size, room: room)
        } catch {
            throw storeError(error)
        }
    }

    /// Keeps a stack of layers from being removed, if it is here; `letGo` ends that.
    public func hold(_ chainID: Digest) throws(EngineError) -> Bool { try pinLayer(chainID) }

    /// Ends as many holds; what nothing else uses is removed.
    public func letGo(_ chainIDs: [Digest]) { release(chainIDs) }

    /// How many bytes a compressed layer may become: a hundred times its size, and 4 GiB in any case. Only what is nearly
    /// nothing but zeros is ever beyond that.
    static func unpackedLimit(compressed: Int64) -> Int64 {
        max(4 << 30, compressed.multipliedReportingOverflow(by: 100).partialValue)
    }

    /// What a whole spool's layer is uncompressed. Errors: `badParameter` for what can't be decompressed.
    public func diffID(of spool: BlobSpool) throws(EngineError) -> Digest {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { piece.deallocate() }
        do {
            let plain = try DecompressedSource(spool.source(), limit: Self.unpackedLimit(compressed: spool.count))
            var hash = SHA256()
            while true {
                let count = try plain.read(into: piece)
                if count == 0 { break }
                hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            }
            guard let diffID = Digest(sha256Hex: hash.hex) else { throw EngineError(.internal, "bad digest") }
            return diffID
        } catch {
            throw storeError(error)
        }
    }

    /// Unpacks a layer while it comes, and holds it. What is below it has to be held. Returns after the last byte, verified.
    /// What came is kept for pushes (`PulledBytes`), but for what is `foreign`: that is nobody's to give.
    /// Errors: `badParameter` for a wrong diff id and what is no layer; the spool's own.
    public func unpack(
        _ spool: BlobSpool, at place: LayerPlace, isForeign: Bool = false,
        note: @escaping @Sendable (Int64) -> Void = { _ in }
    ) throws(EngineError) {
        do {
            let limit = Self.unpackedLimit(compressed: spool.size ?? BlobSpool.mostWithoutSize)
            let plain = try DecompressedSource(spool.source(note: note), limit: limit)
            _ = try unpackLayer(from: plain, on: place.parent, expecting: place.diffID)
            if keepsPulled, !isForeign, plain.compression != .none { keep(spool, for: place.chainID) }
        } catch {
            throw storeError(error)
        }
    }
}
