internal import APIModel
internal import EngineClient
internal import HostSystem
internal import Primitives
internal import TarCodec

/// Fetches what a build has made, and puts it where `--output` says.
struct BuildResultFetch {
    let client: EngineClient
    let output: Descriptor
    let outputs: BuildOutputs

    /// `passed` is told of bytes that came. Errors: what the engine says; what can't be written; an archive that ends too early.
    func fetch(_ result: BuildResult, _ place: BuildOutputPlace, passed: @escaping (Int) throws -> Void) throws {
        switch place.destination {
        case .engine: break
        case .folder(let path): try unpack(result, place, into: path, passed)
        case .file(let path):
            try WholeFile.write(path) { write in try stream(result, place, passed) { try write($0) } }
        case .standardOutput: try stream(result, place, passed) { try output.write($0) }
        }
    }

    private func unpack(
        _ result: BuildResult, _ place: BuildOutputPlace, into path: String, _ passed: (Int) throws -> Void
    ) throws {
        try Disk.makeFolders(path)
        let unpacker = try LocalUnpacker(CopyPlan(folder: path))
        try client.stream("GET", call(result, place)) { bytes in
            try unpacker.take(bytes)
            try passed(bytes.count)
        }
        try unpacker.finish()
        guard unpacker.hasEnded else { throw TarEnd.isMissing }
    }

    private func stream(
        _ result: BuildResult, _ place: BuildOutputPlace, _ passed: (Int) throws -> Void,
        _ write: ([UInt8]) throws -> Void
    ) throws {
        // An engine that fails in the middle ends the stream before the archive ends.
        var end = TarEnd()
        try client.stream("GET", call(result, place)) { bytes in
            try end.take(bytes)
            try write(bytes)
            try passed(bytes.count)
        }
        try end.finish()
    }

    private func call(_ result: BuildResult, _ place: BuildOutputPlace) -> String {
        var query = Query()
        query["id"] = result.id
        query["type"] = place.type == "local" ? "tar" : place.type
        for name in place.type == "local" || place.type == "tar" ? [] : outputs.names(of: place) { query["t"] = name }
        return "/build/result\(query.text)"
    }
}

/// Sees whether an archive is whole.
private struct TarEnd {
    private var reader = TarReader()
    private var hasEnded = false

    static var isMissing: CommandFailure { CommandFailure("the build's result ends too early") }

    mutating func take(_ bytes: [UInt8]) throws {
        do {
            try bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while true {
                    let (used, event) = try reader.step(UnsafeRawBufferPointer(rebasing: rest))
                    guard let event else { return }
                    if case .archiveEnd = event { hasEnded = true }
                    rest = rest.dropFirst(used)
                }
            }
        } catch let error as TarError {
            throw CommandFailure("invalid tar: \(error)")
        }
    }

    func finish() throws {
        guard hasEnded else { throw Self.isMissing }
    }
}
