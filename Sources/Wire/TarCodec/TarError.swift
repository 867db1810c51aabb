/// What is wrong with an archive, and where.
public struct TarError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    /// Offset in the uncompressed archive, near the fault; nil when it is not about a place.
    public var offset: Int64?

    public init(_ message: String, offset: Int64? = nil) {
        self.message = message
        self.offset = offset
    }

    public var description: String {
        guard let offset else { return "archive/tar: \(message)" }
        return "archive/tar: \(message) (at byte \(offset))"
    }
}
