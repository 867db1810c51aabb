internal import Primitives

/// `HEALTHCHECK [flags] CMD command`, `HEALTHCHECK NONE`; durations are nanoseconds, 0 is the default.
public struct Healthcheck: Sendable, Hashable {
    /// `NONE`; `CMD` and words; `CMD-SHELL` and a text.
    public var test: [String]
    public var interval: Int64 = 0
    public var timeout: Int64 = 0
    public var startPeriod: Int64 = 0
    public var startInterval: Int64 = 0
    public var retries = 0
}

extension Healthcheck {
    private static let flags: [String: InstructionFlags.Kind] = [
        "interval": .text, "timeout": .text, "start-period": .text, "start-interval": .text, "retries": .text,
    ]
    private static let shortest: Int64 = 1_000_000

    init(_ raw: RawInstruction) throws(DockerfileError) {
        guard case .kind(let word, let arguments) = raw.arguments else {
            throw raw.failure("HEALTHCHECK requires at least one argument")
        }
        let kind = word.uppercased()
        let flags = try InstructionFlags(raw, Self.flags)
        test = try Self.test(kind, arguments, raw)
        guard kind != "NONE" else { return }
        interval = try Self.duration("interval", flags, raw)
        timeout = try Self.duration("timeout", flags, raw)
        startPeriod = try Self.duration("start-period", flags, raw)
        startInterval = try Self.duration("start-interval", flags, raw)
        retries = try Self.retries(flags, raw)
    }

    private static func test(
        _ kind: String, _ arguments: RawArguments, _ raw: RawInstruction
    ) throws(DockerfileError) -> [String] {
        let words = arguments.list
        switch kind {
        case "NONE":
            guard words.isEmpty else { throw raw.failure("HEALTHCHECK NONE takes no arguments") }
            return ["NONE"]
        case "CMD":
            guard !words.isEmpty else { throw raw.failure("Missing command after HEALTHCHECK CMD") }
            return [arguments.isJSON ? "CMD" : "CMD-SHELL"] + words
        default: throw raw.failure("Unknown type \(GoQuoted.text(kind)) in HEALTHCHECK (try CMD)")
        }
    }

    private static func duration(
        _ name: String, _ flags: InstructionFlags, _ raw: RawInstruction
    ) throws(DockerfileError) -> Int64 {
        guard let word = flags.words(name).last, !word.value.isEmpty else { return 0 }
        let value: Int64
        do { value = try GoDuration.parse(word.value) } catch { throw raw.failure(error.message, at: word.offset) }
        guard value == 0 || value >= shortest else {
            throw raw.failure("Interval \"\(name)\" cannot be less than 1ms", at: word.offset)
        }
        return value
    }

    private static func retries(_ flags: InstructionFlags, _ raw: RawInstruction) throws(DockerfileError) -> Int {
        guard let word = flags.words("retries").last, !word.value.isEmpty else { return 0 }
        guard let value = Int32(word.value) else {
            let reason = Int64(word.value) == nil ? "invalid syntax" : "value out of range"
            throw raw.failure("strconv.ParseInt: parsing \(GoQuoted.text(word.value)): \(reason)", at: word.offset)
        }
        guard value >= 0 else { throw raw.failure("--retries cannot be negative (\(value))", at: word.offset) }
        return Int(value)
    }
}
