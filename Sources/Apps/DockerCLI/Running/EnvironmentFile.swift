internal import HostSystem

/// `--env-file` and `-e`: a bare name takes the client's value and is left out when there is none.
enum EnvironmentFile {
    private static let longest = 1 << 20

    static func all(_ files: [String], _ words: [String]) throws -> [String] {
        (try lines(of: files) + words).compactMap(withValue)
    }

    /// What stands in files of this form, bare names as they are.
    static func lines(of files: [String]) throws -> [String] { try files.flatMap(lines(ofFile:)) }

    private static func withValue(_ word: String) -> String? {
        if word.contains("=") { return word }
        return CurrentProcess.variable(word).map { "\(word)=\($0)" }
    }

    private static func lines(ofFile path: String) throws -> [String] {
        let file = try Connection.file(path)
        defer { file.closeNow() }
        var bytes: [UInt8] = []
        while true {
            let part = try file.read()
            if part.isEmpty { break }
            bytes += part
            guard bytes.count <= longest else { throw CommandFailure("\(path) is too long") }
        }
        return try String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap {
            try line(String($0))
        }
    }

    private static func line(_ text: String) throws -> String? {
        let line = String(text.drop { $0 == " " || $0 == "\t" })
        guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
        let (name, _) = KeyValue.split(line)
        guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
            throw CommandFailure("poorly formatted environment: variable '\(name)' has white spaces")
        }
        return line
    }
}
