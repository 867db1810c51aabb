import Primitives

/// `--storage-opt` of the engine: `key=value` each, for the driver that is used.
struct DriverOptions {
    /// Keys in lower case.
    let values: [(key: String, value: String)]

    /// Of drivers that Docker has or had and that are not here, by the first word of their options.
    private static let absentDrivers = ["dm": "devicemapper", "zfs": "zfs", "lcow": "lcow"]

    init(_ values: [(key: String, value: String)]) { self.values = values }

    /// Errors: `badParameter` for what is no `key=value`, `notImplemented` for an option of a driver that is not here.
    init(parsing texts: [String]) throws(EngineError) {
        var values: [(key: String, value: String)] = []
        for text in texts {
            guard let equals = text.firstIndex(of: "=") else {
                throw EngineError(.badParameter, "unable to parse storage-opt key/value: \(text)")
            }
            let key = Self.trimmed(text[..<equals]).lowercased()
            if let driver = key.split(separator: ".").first.flatMap({ Self.absentDrivers[String($0)] }) {
                throw EngineError(
                    .notImplemented, "storage option \(key) is of the storage driver \(driver), which is not supported")
            }
            values.append((key, Self.trimmed(text[text.index(after: equals)...])))
        }
        self.values = values
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
