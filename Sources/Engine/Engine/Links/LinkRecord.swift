/// Another container that this one knows as `alias`.
struct LinkRecord: Codable, Sendable, Equatable {
    /// The other's full id.
    var target: String
    var alias: String
}
