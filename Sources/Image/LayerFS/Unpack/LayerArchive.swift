public import LinuxSystem
import Primitives
import TarCodec

/// Layers as tar archives.
public enum LayerArchive {
    /// Unpacks an archive, compressed or not, below a directory and says what it was.
    ///
    /// With `recipe`, what `repack` needs to make the same archive again is written there, about 1 % of it; see
    /// `LayerApplied.isRepeatable`.
    ///
    /// No name in it leads out of `root`: an entry or link that would is refused with "invalid tar …". Reading,
    /// decompressing and hashing run on a thread of their own. When this throws, part of the archive has been unpacked,
    /// and the source may be read once more. Errors: `EngineError` (`badParameter`) for the archive, `SystemError`
    /// for the disk, the source's own.
    public static func unpack(
        _ source: any ByteSource, into root: borrowing FD, options: UnpackOptions = UnpackOptions(),
        recipe: (any ByteSink)? = nil
    ) throws -> LayerApplied {
        let input = ReadAhead(source)
        defer { input.cancel() }
        let unpacker = Unpacker(
            root: FDBox(try root.duplicate()), options: options, recipe: try recipe.map(RecipeWriter.init))
        let entries = try feed(input, unpacker)
        let (hash, size) = input.result
        try unpacker.finish(sha256: hash.finalized())
        guard let diffID = Digest(sha256Hex: hash.hex) else { throw EngineError(.internal, "bad digest \(hash.hex)") }
        return LayerApplied(
            diffID: diffID, size: unpacker.size, tarSize: size, entries: entries, isRepeatable: unpacker.isRepeatable)
    }

    /// The same for an archive that is no layer: nobody asks for its digest.
    public static func extract(_ source: any ByteSource, into root: FDBox, options: UnpackOptions) throws {
        let input = ReadAhead(source, hashes: false)
        defer { input.cancel() }
        let unpacker = Unpacker(root: root, options: options)
        _ = try feed(input, unpacker)
        try unpacker.finish(sha256: [])
    }

    /// Writes the archive that `recipe` was made from, uncompressed, with the contents of the files below `root`.
    ///
    /// The hash is checked: when the files are not those that were unpacked this throws `EngineError` (`internal`)
    /// at the end.
    public static func repack(_ recipe: any ByteSource, from root: FDBox, to sink: any ByteSink) throws {
        try RecipeReader(recipe, root: root, sink: sink).run()
    }

    /// How many entries there were.
    private static func feed(_ input: ReadAhead, _ unpacker: Unpacker) throws -> Int {
        var reader = TarReader(limits: unpacker.options.limits)
        do {
            while let piece = try input.next() { try feed(piece, &reader, unpacker) }
            try reader.finish()
        } catch let error as TarError {
            throw EngineError(.badParameter, "invalid tar: \(error)", cause: error)
        }
        return reader.entryCount
    }

    private static func feed(
        _ piece: UnsafeRawBufferPointer, _ reader: inout TarReader, _ unpacker: Unpacker
    ) throws {
        var rest = piece
        while true {
            let (used, event) = try reader.step(rest)
            try unpacker.record(event, UnsafeRawBufferPointer(rebasing: rest[..<used]))
            guard let event else { return }
            try unpacker.handle(event, rest)
            rest = UnsafeRawBufferPointer(rebasing: rest[used...])
        }
    }
}
