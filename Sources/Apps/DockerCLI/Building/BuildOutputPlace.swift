internal import APIModel
internal import HostSystem
internal import Primitives

/// `--output`: what becomes of a build's result on this side.
struct BuildOutputPlace {
    /// What the engine is asked for.
    let request: BuildOutput
    /// Where the archive goes: a file, or `-` for the standard output; nil when the engine keeps the result.
    let destination: String?

    /// `type=tar,dest=FILE` and the like; a word by itself is a folder, `-` the standard output. Errors: words of another
    /// form, folders.
    init(_ word: String, isTerminal: Bool) throws {
        var (type, attributes) = ("", [String: String]())
        if !word.contains("=") {
            (type, attributes["dest"]) = (word == "-" ? "tar" : "local", word)
        } else {
            for field in word.split(separator: ",").map(String.init) {
                let (key, value) = KeyValue.split(field)
                guard let value else { throw CommandFailure("ERROR: invalid value \(field)") }
                if key.lowercased() == "type" { type = value } else { attributes[key.lowercased()] = value }
            }
        }
        guard !type.isEmpty else { throw CommandFailure("ERROR: type is required for output") }
        let place = attributes.removeValue(forKey: "dest")
        switch type {
        case "image":
            guard attributes["push"] != "true" else {
                throw CommandFailure("docker: 'build --output push=true' is not supported yet")
            }
            destination = nil
        case "docker" where place == nil: destination = nil
        case "tar", "oci", "docker":
            destination = place ?? "-"
            guard destination != "-" || !isTerminal else {
                throw CommandFailure("ERROR: dest file is required for \(type) exporter. refusing to write to console")
            }
        case "local": throw CommandFailure("docker: 'build --output type=local' is not supported yet; use type=tar")
        default: throw CommandFailure("docker: 'build --output type=\(type)' is not supported")
        }
        request = BuildOutput(type: type, attributes: attributes)
    }

    /// The open file; who asked closes it.
    func open(_ console: Console) throws -> Descriptor? {
        guard let destination else { return nil }
        return destination == "-" ? console.output : try Connection.newFile(destination)
    }
}
