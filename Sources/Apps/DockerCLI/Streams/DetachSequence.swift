/// The keys that leave a container running: Ctrl-P Ctrl-Q unless the user names others.
struct DetachSequence: Sendable, Equatable {
    private let keys: [UInt8]
    private var matched = 0

    static let standard = DetachSequence(keys: [16, 17])

    private init(keys: [UInt8]) { self.keys = keys }

    /// `ctrl-p,ctrl-q`, `a,b`. Empty means the standard ones. Errors: a word that is no key.
    init(parsing text: String) throws {
        guard !text.isEmpty else {
            self = .standard
            return
        }
        keys = try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            if word.utf8.count == 1, let byte = word.utf8.first { return byte }
            let name = word.lowercased().dropFirst("ctrl-".count).utf8
            guard word.lowercased().hasPrefix("ctrl-"), name.count == 1, let byte = name.first,
                (97...122).contains(byte) || (64...95).contains(byte)
            else { throw CommandFailure("invalid detach keys (\(text)): Unknown character: '\(word)'") }
            return byte & 0x1f
        }
    }

    /// What goes on to the container, and whether the sequence is complete. Keys that began it are held back.
    mutating func pass(_ bytes: [UInt8]) -> (bytes: [UInt8], isComplete: Bool) {
        var passed: [UInt8] = []
        for byte in bytes {
            if byte != keys[matched] {
                passed += keys[..<matched]
                matched = 0
            }
            if byte == keys[matched] {
                matched += 1
                if matched == keys.count { return (passed, true) }
            } else {
                passed.append(byte)
            }
        }
        return (passed, false)
    }
}
