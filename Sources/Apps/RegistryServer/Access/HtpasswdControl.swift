internal import CCrypt
internal import HostSystem
internal import Primitives
internal import RegistryStorage
internal import Synchronization

/// Basic authentication against a file of Apache's `htpasswd -B`: bcrypt entries only. Everybody in it may do everything.
///
/// The file is read again when it changes. bcrypt is slow on purpose, so what was right is remembered, as a keyed hash.
final class HtpasswdControl: AccessControl {
    private static let limit = 4 << 20
    /// Passwords that are remembered.
    private static let remembered = 1000
    /// For names that aren't there, so that they take as long as others: the hash of nothing anybody sends.
    private static let nobody = "$2y$05$abcdefghijklmnopqrstuuRjqa1WvYh7rHnRtvQp9cH1vT0QzY3tG"

    private struct State {
        var modified: Timestamp?
        var entries: [String: String] = [:]
        var known: [String: String] = [:]
    }

    private let realm: String
    private let path: String
    private let state = Mutex(State())

    /// Errors: those of the file; `badParameter` for a line that is no entry.
    init(realm: String, path: String) throws(EngineError) {
        self.realm = realm
        self.path = path
        try refresh()
    }

    func authorize(_ request: AccessRequest) async throws -> String? {
        // A file that can't be read just now leaves what was read before.
        try? refresh()
        guard let (user, password) = BasicCredentials.read(request.authorization) else {
            throw denied(RegistryError(.unauthorized))
        }
        guard isRight(user, password) else { throw denied(RegistryError(.unauthorized, "authentication failure")) }
        return user
    }

    private func denied(_ error: RegistryError) -> AccessDenied {
        AccessDenied(error: error, challenge: "Basic realm=\"\(realm.replacing("\"", with: "\\\""))\"")
    }

    private func isRight(_ user: String, _ password: String) -> Bool {
        let (entry, isKnown) = state.withLock { state in
            (state.entries[user], state.known[user] == Self.fingerprint(password))
        }
        if isKnown, entry != nil { return true }
        let isRight = Self.matches(password, entry ?? Self.nobody) && entry != nil
        if isRight {
            state.withLock { state in
                if state.known.count >= Self.remembered { state.known = [:] }
                // Unless the file changed meanwhile.
                if state.entries[user] == entry { state.known[user] = Self.fingerprint(password) }
            }
        }
        return isRight
    }

    private static let key = PasswordFingerprint()
    private static func fingerprint(_ password: String) -> String { key.of(password) }

    /// `crypt_r(3)`, which knows `$2a$`, `$2b$` and `$2y$`.
    private static func matches(_ password: String, _ entry: String) -> Bool {
        guard !password.utf8.contains(0) else { return false }
        return withUnsafeTemporaryAllocation(of: crypt_data.self, capacity: 1) { room in
            guard let data = room.baseAddress else { return false }
            data.withMemoryRebound(to: UInt8.self, capacity: MemoryLayout<crypt_data>.size) {
                $0.initialize(repeating: 0, count: MemoryLayout<crypt_data>.size)
            }
            guard let result = crypt_r(password, entry, data) else { return false }
            let made = String(cString: result)
            return made.utf8.count == entry.utf8.count
                && zip(made.utf8, entry.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
        }
    }

    private func refresh() throws(EngineError) {
        let entry = try Disk.entry(path)
        if state.withLock({ $0.modified == entry.modified }) { return }
        let file = try OpenFile.reading(path)
        let size = try file.size()
        guard size <= Self.limit else { throw EngineError(.badParameter, "\(path): longer than \(Self.limit) bytes") }
        let entries = try HtpasswdFile.read(String(decoding: file.read(at: 0, count: Int(size)), as: UTF8.self), path)
        state.withLock { state in
            state.modified = entry.modified
            state.entries = entries
            state.known = [:]
        }
    }
}

/// Lines of `name:hash`; empty ones and those with `#` in front are passed over.
enum HtpasswdFile {
    static func read(_ text: String, _ path: String) throws(EngineError) -> [String: String] {
        var entries: [String: String] = [:]
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.filter { $0 != " " }
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
                throw EngineError(.badParameter, "\(path): line \(number + 1) is no entry")
            }
            let hash = String(line[line.index(after: colon)...])
            // Other hashes let nobody in.
            guard ["$2a$", "$2b$", "$2y$"].contains(where: hash.hasPrefix) else { continue }
            entries[String(line[..<colon])] = hash
        }
        return entries
    }
}
