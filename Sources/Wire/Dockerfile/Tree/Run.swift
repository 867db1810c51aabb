/// `RUN [flags] command`
public struct Run: Sendable, Hashable {
    public var command: CommandLine
    public var mounts: [RunMountFlag] = []
    public var network = Network.default
    /// Names of devices (CDI), each with its options, as they are written.
    public var devices: [String] = []
    /// `--security=insecure`: with all capabilities and no sandbox.
    public var isPrivileged = false

    public enum Network: String, Sendable, Hashable, CaseIterable {
        case `default`
        case none
        case host
    }
}

extension Run {
    static let flags: [String: InstructionFlags.Kind] = [
        "mount": .list, "network": .text, "security": .text, "device": .list,
    ]

    init(_ raw: RawInstruction) throws(DockerfileError) {
        let flags = try InstructionFlags(raw, Self.flags)
        command = try CommandLine(raw)
        devices = flags.list("device")
        for word in flags.words("mount") {
            do { mounts.append(try RunMountFlag(word.value)) } catch {
                throw raw.failure(error.message, at: word.offset)
            }
        }
        if let word = flags.words("network").last {
            guard let mode = Network(rawValue: word.value) else {
                throw raw.failure("invalid network mode \(GoQuoted.text(word.value))", at: word.offset)
            }
            network = mode
        }
        if let word = flags.words("security").last {
            guard word.value == "insecure" || word.value == "sandbox" else {
                throw raw.failure("security \(GoQuoted.text(word.value)) is not valid", at: word.offset)
            }
            isPrivileged = word.value == "insecure"
        }
    }
}

extension CommandLine {
    /// What RUN, CMD, ENTRYPOINT and a HEALTHCHECK's CMD take. An empty array is a command of no words.
    init(_ raw: RawInstruction) throws(DockerfileError) {
        if case .none = raw.arguments { throw raw.failure("\(raw.name) requires at least one argument") }
        self.init(raw.arguments, raw.hereDocuments)
    }

    init(_ arguments: RawArguments, _ documents: [HereDocument]) {
        self.init(words: arguments.list, isShell: !arguments.isJSON, hereDocuments: documents)
    }

    /// The here-document that is all of the command: its lines are a script, and no shell has to know here-documents.
    public var script: HereDocument? {
        guard isShell, words.count == 1, let word = words.first, let document = hereDocuments.first,
            (try? HereDocumentMark(word)) ?? nil != nil
        else { return nil }
        return document
    }
}
