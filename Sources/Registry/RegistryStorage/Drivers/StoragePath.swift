/// A name in a storage: parts separated by `/`, none of them empty, `.` or `..`. Made of checked parts only.
public struct StoragePath: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash in front: `docker/registry/v2/blobs`.
    public let description: String

    /// A programmer's error: a part that leads elsewhere. What comes from outside is checked by its own type before.
    public init(_ parts: String...) { self.init(parts: parts) }

    init(parts: [String]) {
        let text = parts.joined(separator: "/")
        precondition(Self.isSafe(text), "a storage path leads elsewhere")
        description = text
    }

    public func appending(_ parts: String...) -> StoragePath { StoragePath(parts: [description] + parts) }

    public var parent: StoragePath? {
        description.lastIndex(of: "/").map { StoragePath(String(description[..<$0])) }
    }

    static func isSafe(_ text: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8) && !part.contains(0)
        }
    }
}
