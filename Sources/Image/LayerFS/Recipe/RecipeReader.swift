import LinuxSystem
import Primitives

/// Makes an archive from a recipe and the files.
final class RecipeReader {
    private let source: DecompressedSource
    private let root: FDBox
    private let sink: any ByteSink
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
    /// Hashes what is written; if it does not, we do.
    private let hashingSink: (any HashingByteSink)?
    private var hash = SHA256()
    private var input: [UInt8] = []
    private var place = 0

    init(_ recipe: any ByteSource, root: FDBox, sink: any ByteSink) throws {
        source = try DecompressedSource(recipe)
        self.root = root
        self.sink = sink
        hashingSink = (sink as? any HashingByteSink).flatMap { $0.count == 0 ? $0 : nil }
    }

    deinit { buffer.deallocate() }

    /// Errors: `EngineError` (`internal`) for a damaged recipe, and for files that are not as they were unpacked. Bytes
    /// have been written by then.
    func run() throws {
        guard try bytes(LayerRecipe.magic.count) == LayerRecipe.magic else { throw damaged("bad start") }
        while true {
            switch LayerRecipe.Tag(rawValue: try byte()) {
            case .literal: try copyLiteral()
            case .content: try copyContent()
            case .end:
                guard try bytes(32) == hashingSink?.sha256 ?? hash.finalized() else {
                    throw damaged("the layer's files have changed")
                }
                guard try place == input.count && source.read(into: buffer) == 0 else { throw damaged("it goes on") }
                return
            case nil: throw damaged("bad record")
            }
        }
    }

    private func copyLiteral() throws {
        var rest = try number()
        while rest > 0 {
            let piece = try bytes(Int(min(rest, 1 << 16)))
            rest -= Int64(piece.count)
            try piece.withUnsafeBytes { try put($0) }
        }
    }

    private func copyContent() throws {
        let length = try number()
        guard (1...65_536).contains(length) else { throw damaged("bad path") }
        let path = RawPath(try bytes(Int(length)))
        let file = FDBox(
            try root.fd.open(path, [.readOnly, .noFollow, .nonBlocking], resolve: [.inRoot, .noMagicLinks]))
        for _ in 0..<(try number()) { try copyRange(of: file, path, offset: try number(), length: try number()) }
    }

    private func copyRange(of file: FDBox, _ path: RawPath, offset: Int64, length: Int64) throws {
        var (offset, rest) = (offset, length)
        while rest > 0 {
            let room = Int(min(Int64(buffer.count), rest))
            let count = try file.fd.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]), at: offset)
            if count == 0 { throw damaged("\(path) is shorter than it was") }
            try put(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            (offset, rest) = (offset + Int64(count), rest - Int64(count))
        }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        if hashingSink == nil { hash.update(bytes) }
        try sink.write(bytes)
    }

    private func byte() throws -> UInt8 {
        if place == input.count { try refill() }
        defer { place += 1 }
        return input[place]
    }

    private func bytes(_ count: Int) throws -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            if place == input.count { try refill() }
            let taken = min(count - result.count, input.count - place)
            result += input[place..<place + taken]
            place += taken
        }
        return result
    }

    private func refill() throws {
        let count = try source.read(into: buffer)
        guard count > 0 else { throw damaged("it ends early") }
        input = Array(buffer[..<count])
        place = 0
    }

    private func number() throws -> Int64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return Int64(value) }
        }
        throw damaged("bad number")
    }

    private func damaged(_ what: String) -> EngineError { EngineError(.internal, "invalid layer recipe: \(what)") }
}
