internal import LayerFS
internal import Primitives
internal import TarCodec

/// What a stream of bytes is to a build.
enum ContextForm: Equatable {
    /// A tar archive, compressed or not.
    case archive
    /// A Dockerfile by itself; the context is empty then.
    case dockerfile

    /// Bytes that `init` wants to see.
    static let prefixLength = TarReader.beginningLength

    /// By what is in it: compressed, a header of tar, or text. What is none of these is called an archive: its reader
    /// says what is wrong with it.
    init(_ prefix: [UInt8]) {
        self = !Self.isArchive(prefix) && Self.isText(prefix) ? .dockerfile : .archive
    }

    /// The same for what a server calls `mediaType`. Servers call archives many things; what they are wins, but for text.
    ///
    /// Errors: `badParameter` for a type that is neither an archive's nor a Dockerfile's, and for nothing at all.
    init(_ prefix: [UInt8], mediaType: String?) throws(EngineError) {
        guard !prefix.isEmpty else { throw EngineError(.badParameter, "empty response") }
        let type = (mediaType ?? "").lowercased()
        if Self.isArchive(prefix) {
            self = .archive
        } else if type.isEmpty || type.contains("application/octet-stream") {
            self.init(prefix)
        } else if type.contains("text/plain") {
            self = .dockerfile
        } else if Self.archiveTypes.contains(where: type.contains) {
            self = .archive
        } else {
            throw EngineError(.badParameter, "unsupported Content-Type \"\(mediaType ?? "")\"")
        }
    }

    private static let archiveTypes = ["tar", "gzip", "bzip", "bzip2", "xz", "zstd"].flatMap {
        ["application/\($0)", "application/x-\($0)"]
    }

    /// What begins like an archive, compressed or not.
    static func isArchive(_ prefix: [UInt8]) -> Bool {
        prefix.isEmpty || Compression.detect(prefix) != .none || TarReader.canBegin(with: prefix)
    }

    /// As Go's `http.DetectContentType` has it: none of the control characters that texts don't hold.
    private static func isText(_ prefix: [UInt8]) -> Bool {
        prefix.allSatisfy { byte in
            switch byte {
            case 0x00...0x08, 0x0b, 0x0e...0x1a, 0x1c...0x1f: false
            default: true
            }
        }
    }
}
