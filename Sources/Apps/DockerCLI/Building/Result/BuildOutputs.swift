internal import Flags
internal import HostSystem
internal import Primitives

/// All that becomes of one build's image: `--output`, `--load`, `--push`.
struct BuildOutputs {
    /// Empty: the engine keeps the image, as ever.
    let places: [BuildOutputPlace]
    /// `--tag`.
    private let tags: [String]

    /// Errors, in the words of Docker's client: what can't be where it is wanted, names that are missing.
    init(_ flags: FlagValues, isTerminal: Bool) throws {
        var places = try flags.list("output").map { try BuildOutputPlace($0) }
        tags = flags.list("tag")
        let isKept = places.contains { $0.destination == .engine }
        if flags.bool("push") { places = isKept ? places.map(\.pushed) : places + [.registry] }
        if flags.bool("load"), !places.isEmpty, !isKept, !flags.bool("push") { places.append(.image) }
        self.places = places
        for place in places { try Self.check(place, isTerminal: isTerminal) }
        guard places.count(where: { $0.destination == .standardOutput }) <= 1 else {
            throw CommandFailure("ERROR: multiple outputs configured to write to stdout")
        }
        for place in places where place.pushes && names(of: place).isEmpty {
            throw CommandFailure("ERROR: tag is needed when pushing to registry")
        }
        guard flags.text("iidfile").isEmpty || !places.contains(where: { ["local", "tar"].contains($0.type) }) else {
            throw CommandFailure("ERROR: local and tar exporters are incompatible with image ID file")
        }
    }

    private static func check(_ place: BuildOutputPlace, isTerminal: Bool) throws {
        switch place.destination {
        case .engine: break
        case .folder(let path):
            guard let facts = try facts(path, "directory") else { return }
            guard facts.kind == .folder else {
                throw CommandFailure("ERROR: destination directory \(path) is a file")
            }
        case .file(let path):
            guard try facts(path, "file")?.kind != .folder else {
                throw CommandFailure("ERROR: destination file \(path) is a directory")
            }
        case .standardOutput:
            guard !isTerminal else {
                throw CommandFailure(
                    "ERROR: dest file is required for \(place.type) exporter. refusing to write to console")
            }
        }
    }

    private static func facts(_ path: String, _ kind: String) throws -> FileFacts? {
        do throws(EngineError) { return try LocalPath.facts(path, followsLink: true) } catch {
            throw CommandFailure("ERROR: invalid destination \(kind): \(path): \(error.message)")
        }
    }

    /// What the client fetches.
    var fetched: [BuildOutputPlace] { places.filter { $0.destination != .engine } }
    var takesStandardOutput: Bool { places.contains { $0.destination == .standardOutput } }
    /// The engine has the image afterwards.
    var isKept: Bool { places.isEmpty || fetched.count < places.count }

    func names(of place: BuildOutputPlace) -> [String] { tags + place.names }

    /// Of the image in the engine.
    var keptNames: [String] {
        isKept ? tags + places.filter { $0.destination == .engine }.flatMap(\.names) : []
    }

    var pushedNames: [String] { unique(places.filter(\.pushes).flatMap(names)) }

    private func unique(_ names: [String]) -> [String] {
        names.enumerated().filter { !names[..<$0.offset].contains($0.element) }.map(\.element)
    }
}
