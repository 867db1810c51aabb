internal import HostSystem
internal import Logging
internal import OrderedJSON
internal import Primitives

/// The server's log on standard error: a line an event, as text or as JSON.
struct RegistryLogger: LogHandler {
    enum Format: String, Sendable {
        /// `time="…" level=info msg="…" key=value`
        case text
        /// `{"level":"info","msg":"…","time":"…",…}`
        case json
        /// JSON in Logstash's names.
        case logstash
    }

    let format: Format
    var metadata: Logger.Metadata
    var logLevel: Logger.Level

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = Timestamp.now().description
        let word = Self.word(event.level)
        var line: [UInt8]
        switch format {
        case .text:
            var text = "time=\"\(time)\" level=\(word) msg=\(Self.quoted("\(event.message)"))"
            for (key, value) in all { text += " \(key)=\(Self.quoted("\(value)"))" }
            line = Array(text.utf8)
        case .json, .logstash:
            let names = format == .json ? ("level", "msg", "time") : ("level", "message", "@timestamp")
            var object: JSONObject = [
                names.0: .string(word), names.1: .string("\(event.message)"), names.2: .string(time),
            ]
            if format == .logstash { object["@version"] = "1" }
            for (key, value) in all { object[key] = .string("\(value)") }
            line = JSONValue.object(object).serialized()
        }
        line.append(10)
        // Nobody can be told that the log can't be written.
        try? Descriptor.error.write(line)
    }

    static func word(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "debug"
        case .info, .notice: "info"
        case .warning: "warning"
        case .error: "error"
        case .critical: "fatal"
        }
    }

    /// Bare when it can be read so; whoever writes the text can't begin a line of his own.
    private static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "/"), UInt8(ascii: "@"), UInt8(ascii: "^"), UInt8(ascii: "+"):
                    true
                default: false
                }
            }
        return isPlain ? text : JSONValue.string(text).text()
    }
}
