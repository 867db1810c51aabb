internal import ImageModel
internal import Primitives

/// What the head of an answer says of the bytes of a blob that come with it.
struct AnnouncedPart {
    /// 206: from the byte on that was asked for; else all.
    var status: Int
    /// `Content-Length`
    var length: Int64?
    /// `Content-Range` (RFC 9110, 14.4); not all registries send one.
    var range: String?

    /// The first byte that comes: `bytes 5-9/10`.
    private var start: Int64? {
        guard status == 206, let range, range.lowercased().hasPrefix("bytes ") else { return nil }
        return Int64(range.dropFirst(6).prefix { $0 != "-" })
    }

    /// `size`: by the manifest, negative when it says nothing. Errors: `invalid` when another part, or a blob of another
    /// size, is announced.
    func check(_ blob: Digest, from offset: Int64, size: Int64) throws(RegistryError) {
        if let start, start != offset {
            throw RegistryError(
                .invalid, "blob \(blob) comes from byte \(start) on, and was asked for from \(offset) on")
        }
        guard let length, size >= 0 else { return }
        let whole = length.addingClamped(status == 206 ? offset : 0)
        guard whole != size else { return }
        throw RegistryError(
            .invalid, "blob \(blob) is announced with \(whole) bytes, and the manifest says \(size)")
    }
}
