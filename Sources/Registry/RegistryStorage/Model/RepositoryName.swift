internal import OrderedJSON
public import Primitives

/// A repository within a registry: `busybox`, `team/app`. Its parts are safe as names of folders.
public struct RepositoryName: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// At most 255 bytes of the grammar in the OCI distribution-spec, "Pulling manifests".
    public init(parsing text: String) throws(RegistryError) {
        guard text.utf8.count <= 255, ImageReference.isRepositoryPath(text) else {
            throw RegistryError(.nameInvalid, detail: ["name": .string(String(text.prefix(255)))])
        }
        description = text
    }

    /// Distribution's order of catalogues: part by part, so that `a/b` comes before `a-b`.
    public static func precedes(_ left: String, _ right: String) -> Bool {
        let order: (UInt8) -> UInt8 = { $0 == UInt8(ascii: "/") ? 0 : $0 }
        return left.utf8.lazy.map(order).lexicographicallyPrecedes(right.utf8.lazy.map(order))
    }
}

/// What names a manifest within a repository.
public enum ManifestReference: Sendable, Hashable {
    case tag(String)
    case digest(Digest)

    /// What has a colon is a digest. Errors: `DIGEST_INVALID`, `TAG_INVALID`.
    public init(parsing text: String) throws(RegistryError) {
        if text.contains(":") {
            self = .digest(try Digest(registry: text))
        } else if ImageReference.isTag(text) {
            self = .tag(text)
        } else {
            throw RegistryError(.tagInvalid, "invalid tag name", detail: ["tag": .string(String(text.prefix(200)))])
        }
    }
}

extension Digest {
    /// Errors: `DIGEST_INVALID`.
    public init(registry text: String) throws(RegistryError) {
        do throws(EngineError) { try self.init(parsing: text) } catch {
            throw RegistryError(
                .digestInvalid, "invalid digest", detail: ["digest": .string(String(text.prefix(200)))], cause: error)
        }
    }
}

/// Names an upload: a random UUID (RFC 9562, version 4).
public struct UploadID: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init() {
        var random = SystemRandomNumberGenerator()
        var high = random.next() as UInt64
        var low = random.next() as UInt64
        high = high & ~0xF000 | 0x4000
        low = low & ~(3 << 62) | 2 << 62
        let hex = [high, low].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }.joined()
        var text = ""
        for (index, digit) in hex.enumerated() {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            text.append(digit)
        }
        description = text
    }

    /// Nil for what isn't 36 characters of lower-case hexadecimal in five groups.
    public init?(_ text: String) {
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard groups.map(\.count) == [8, 4, 4, 4, 12],
            groups.allSatisfy({ $0.allSatisfy { (48...57).contains($0) || (97...102).contains($0) } })
        else { return nil }
        description = text
    }
}
