internal import APIModel
internal import HostSystem
internal import Primitives

/// `--output`: what becomes of a build's image.
struct BuildOutputPlace: Equatable {
    enum Destination: Equatable {
        /// The engine keeps it.
        case engine
        case folder(String)
        case file(String)
        case standardOutput
    }

    /// `image`, `local`, `tar`, `oci`, `docker`.
    let type: String
    let destination: Destination
    /// That the image gets, beside those of `--tag`.
    let names: [String]
    /// To its registry, by its names.
    let pushes: Bool

    static let image = BuildOutputPlace(type: "image", destination: .engine, names: [], pushes: false)
    static let registry = BuildOutputPlace(type: "image", destination: .engine, names: [], pushes: true)

    private init(type: String, destination: Destination, names: [String], pushes: Bool) {
        (self.type, self.destination, self.names, self.pushes) = (type, destination, names, pushes)
    }

    /// `type=tar,dest=FILE` and the like; a word by itself is a folder, `-` the standard output. Errors, in the words of Docker's
    /// client: words of another form, attributes that change what is not there to be changed.
    init(_ word: String) throws {
        var attributes = try Self.attributes(word)
        let type = attributes.removeValue(forKey: "type") ?? ""
        let place = attributes.removeValue(forKey: "dest") ?? ""
        names = (attributes.removeValue(forKey: "name") ?? "").split(separator: ",").map(String.init)
        let isFolder = try Self.bool(attributes.removeValue(forKey: "tar"), else: true, "tar") == false
        var pushes = try Self.bool(attributes.removeValue(forKey: "push"), else: false, "push")
        switch type {
        case "": throw CommandFailure("ERROR: type is required for output")
        case "image", "registry":
            (self.type, destination) = ("image", .engine)
            pushes = pushes || type == "registry"
        case "docker" where place.isEmpty && !isFolder: (self.type, destination) = ("image", .engine)
        case "local": (self.type, destination) = (type, try Self.folder(place, type))
        case "oci" where isFolder, "docker" where isFolder:
            (self.type, destination) = (type, try Self.folder(place, type))
        case "tar", "oci", "docker":
            if attributes["compression"] == "uncompressed" { attributes["compression"] = nil }
            self.type = type
            destination = ["", "-"].contains(place) ? .standardOutput : .file(place)
        default: throw CommandFailure("docker: 'build --output type=\(type)' is not supported")
        }
        guard !pushes || self.type == "image" else {
            throw CommandFailure("docker: 'build --output type=\(type),push=true' is not supported")
        }
        self.pushes = pushes
        for name in attributes.keys.sorted() {
            throw CommandFailure("docker: 'build --output type=\(type),\(name)=…' is not supported yet")
        }
    }

    private static func attributes(_ word: String) throws -> [String: String] {
        let fields = try CommaFields.split(word)
        if fields == [word], !word.hasPrefix("type=") {
            return ["type": word == "-" ? "tar" : "local", "dest": word]
        }
        var attributes: [String: String] = [:]
        for field in fields {
            let (key, value) = KeyValue.split(field)
            guard let value else { throw CommandFailure("ERROR: invalid value \(field)") }
            attributes[KeyValue.trim(key).lowercased()] = value
        }
        return attributes
    }

    private static func bool(_ text: String?, else standard: Bool, _ name: String) throws -> Bool {
        switch text {
        case nil: return standard
        case "1", "t", "T", "TRUE", "true", "True": return true
        case "0", "f", "F", "FALSE", "false", "False": return false
        case let text?: throw CommandFailure("ERROR: invalid value of \(name) for output: \(text)")
        }
    }

    private static func folder(_ place: String, _ type: String) throws -> Destination {
        guard !place.isEmpty else { throw CommandFailure("ERROR: dest is required for \(type) exporter") }
        guard place != "-" else { throw CommandFailure("ERROR: dest cannot be stdout for \(type) exporter") }
        return .folder(place)
    }

    /// The same that is pushed, where the engine keeps it.
    var pushed: BuildOutputPlace {
        BuildOutputPlace(type: type, destination: destination, names: names, pushes: pushes || destination == .engine)
    }

    var request: BuildOutput {
        BuildOutput(
            type: type, attributes: names.isEmpty || type != "image" ? [:] : ["name": names.joined(separator: ",")])
    }
}
