internal import ImageBuilder
internal import LinuxSystem
internal import Primitives

/// `--chown`: `user[:group]`, by name or number. Names are looked up in the image.
struct CopyOwner: Sendable, Equatable {
    var uid: UInt32
    var gid: UInt32

    /// Errors: `badParameter` for names that the image doesn't have.
    init(parsing text: String, in root: FDBox) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let user = parts.first ?? ""
        let group = parts.count > 1 ? parts[1] : ""
        guard !user.isEmpty || !group.isEmpty else { throw Self.invalid(text) }
        uid = try user.isEmpty ? 0 : Self.number(user, "passwd", in: root, text)
        if group.isEmpty {
            // As with Docker: the group that is called like the user, or has the same number.
            gid = (try? Self.number(user, "group", in: root, text)) ?? uid
        } else {
            gid = try Self.number(group, "group", in: root, text)
        }
    }

    private static func invalid(_ text: String) -> EngineError {
        EngineError(.badParameter, "invalid chown string format: \(text)")
    }

    /// The third field of the line that a name begins.
    private static func number(_ name: String, _ file: String, in root: FDBox, _ text: String) throws -> UInt32 {
        if let number = UInt32(name) { return number }
        for line in try lines(of: file, in: root) {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 2, fields[0] == name, let number = UInt32(fields[2]) { return number }
        }
        let what = file == "passwd" ? "user" : "group"
        throw EngineError(
            .badParameter,
            "unable to convert uid/gid chown string to host mapping: can't find \(what) \(name) in the image's /etc/\(file)"
        )
    }

    /// None when the image has no such file.
    private static func lines(of file: String, in root: FDBox) throws -> [Substring] {
        let inside = RootDirectory(try root.fd.duplicate())
        guard let place = try? inside.open("/etc/" + file, .path), try place.stat().kind == .regular else { return [] }
        let bytes = try FD.open(at: RawPath("/proc/self/fd/\(place.rawValue)"), .readOnly).readAll(limit: 8 << 20)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
