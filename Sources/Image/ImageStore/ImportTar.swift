internal import ImageModel
internal import LayerFS
public import LinuxSystem
internal import OrderedJSON
public import Primitives

extension ImageStore {
    /// Makes an image of a root file system tar (plain, gzip, bzip2, xz, zstd) that is read to its end.
    ///
    /// `config` is the image's run config (Docker's `Config`), `platform` is `os[/arch[/variant]]` or empty for the
    /// host's. `check` has the last word before there is an image. When it fails, disk full included, nothing is left
    /// behind.
    public func importTar(
        from input: borrowing FD, message: String, config: some Encodable, platform: String = "",
        tag: ImageReference? = nil, check: () throws(EngineError) -> Void = {}
    ) throws(EngineError) -> Image {
        let source: FDSource
        do { source = FDSource(try input.duplicate()) } catch { throw storeError(error) }
        let target = try platform.isEmpty ? Platform.host : Platform(parsing: platform)
        let row = try unpackLayer(from: source, on: nil, expecting: nil)
        defer { release([row.chainID]) }
        try check()
        do {
            let now = Timestamp.now()
            var draft = ImageConfigDraft(platform: target, created: now)
            draft.comment = message
            draft.config = try OrderedJSONEncoder().encodeValue(config)
            draft.diffIDs = [row.diffID]
            draft.history = [ImageHistoryEntry(created: now, comment: message)]
            return try register(ImageConfig(parsing: draft.serialized()), names: tag.map { [$0] } ?? [])
        } catch {
            throw storeError(error)
        }
    }
}
