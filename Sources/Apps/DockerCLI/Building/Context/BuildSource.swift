internal import Dockerfile
internal import EngineClient
internal import HostSystem
internal import Primitives
internal import TarCodec

/// What `docker build` is given as its context.
enum BuildSource {
    /// A URL or a repository: the engine fetches it.
    case remote(String)
    /// An archive from the standard input, the beginning of which was read.
    case archive([UInt8], rest: Descriptor)
    /// A Dockerfile from the standard input; there are no files.
    case dockerfile([UInt8])
    case folder(LocalContext)

    /// `file`: what `--file` says. Errors: what is missing or ambiguous, in the words of Docker's client.
    init(_ word: String, file: String, input: Descriptor) throws {
        if word == "-" {
            guard file != "-" else {
                throw CommandFailure("invalid argument: can't use stdin for both build context and dockerfile")
            }
            self = try Self.standardInput(input, file)
        } else if (try? Disk.entry(word))?.isFolder == true {
            self = .folder(try LocalContext(word, file: file, input: input))
        } else if let path = try? Disk.resolved(word) {
            throw CommandFailure("unable to prepare context: context must be a directory: \(path)")
        } else if RemoteSource.isRemote(word) {
            guard file != "-" else {
                throw CommandFailure(
                    "a Dockerfile from stdin needs a folder as the context: the engine fetches this one")
            }
            self = .remote(word)
        } else {
            throw CommandFailure("unable to prepare context: path \"\(word)\" not found")
        }
    }

    private static func standardInput(_ input: Descriptor, _ file: String) throws -> BuildSource {
        var prefix: [UInt8] = []
        while prefix.count < TarReader.beginningLength, case let part = try input.read(), !part.isEmpty {
            prefix += part
        }
        if isArchive(prefix) { return .archive(prefix, rest: input) }
        guard file.isEmpty else {
            throw CommandFailure("ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles")
        }
        return .dockerfile(try readDockerfile(input, after: prefix))
    }

    /// The Dockerfile's path in the context, for the engine; empty for the usual one.
    func dockerfile(_ file: String) -> String {
        switch self {
        case .folder(let context): context.dockerfile
        case .dockerfile: ""
        case .archive, .remote: file
        }
    }

    var remote: String? {
        if case .remote(let word) = self { word } else { nil }
    }

    /// What is sent; nil for nothing.
    var body: ((_ write: @escaping ([UInt8]) throws -> Void) throws -> Void)? {
        switch self {
        case .remote: return nil
        case .archive(let prefix, let rest):
            return { write in
                try write(prefix)
                while case let part = try rest.read(limit: 128 << 10), !part.isEmpty { try write(part) }
            }
        case .dockerfile(let bytes):
            return { write in
                var packer = ContextPacker(write)
                try packer.pack(dockerfile: bytes)
            }
        case .folder(let context):
            return { write in
                var packer = ContextPacker(write)
                try packer.pack(context)
            }
        }
    }

    /// tar, gzip, bzip2, xz, zstd.
    static func isArchive(_ bytes: [UInt8]) -> Bool {
        let magics: [[UInt8]] = [
            [0x1F, 0x8B], Array("BZh".utf8), [0xFD, 0x37, 0x7A, 0x58, 0x5A], [0x28, 0xB5, 0x2F, 0xFD],
        ]
        return magics.contains(where: bytes.starts(with:)) || TarReader.canBegin(with: bytes)
    }

    /// Errors: one that is too long.
    static func readDockerfile(_ source: Descriptor, after prefix: [UInt8]) throws -> [UInt8] {
        var bytes = prefix
        while case let part = try source.read(), !part.isEmpty {
            bytes += part
            guard bytes.count <= SyntaxTree.longest else {
                throw CommandFailure("the Dockerfile is longer than \(SyntaxTree.longest) bytes")
            }
        }
        return bytes
    }
}
