internal import HostSystem
internal import OrderedJSON
public import Primitives

/// What a user's folder `~/.docker` says: headers of every call to the engine, and who the user is to registries.
///
/// The file is `config.json`; members that are none of ours are kept. Where it is missing, the `~/.dockercfg` of Docker
/// 1.6 is read.
public struct Profile: Sendable {
    static let limit = 4 << 20

    /// `config.json`.
    public let path: String
    let oldPath: String
    /// What the names of helper programs begin with; they are looked for on the path.
    var helperPrefix = CredentialHelper.prefix
    /// Empty when there is no file, or none that can be read.
    var document: JSONObject = [:]
    /// What is wrong with the file; it is left as it is then.
    public private(set) var damage: EngineError?

    /// Reads the files. One that can't be read is no failure yet: see `damage`.
    public init(folder: String, home: String) {
        path = folder + "/config.json"
        oldPath = home + "/.dockercfg"
        do throws(EngineError) { document = try read(PrivateFile.read(path, limit: Self.limit)) } catch {
            damage = error
        }
    }

    /// The document of a `config.json`, or what stands for a missing one.
    func read(_ bytes: [UInt8]?) throws(EngineError) -> JSONObject {
        guard let bytes else {
            guard let old = try PrivateFile.read(oldPath, limit: Self.limit) else { return [:] }
            return ["auths": .object(try OldLogins.read(old, path: oldPath))]
        }
        do {
            guard let object = try JSONValue(parsing: bytes).objectValue else { throw JSONError("it is no object") }
            return object
        } catch {
            throw EngineError(.badParameter, "\(path): \(error)", cause: error)
        }
    }

    /// `HttpHeaders`: sent with every call. Those that can't be headers are left out, and so are those that the client
    /// sets by itself.
    public var headers: [(String, String)] {
        let own: Set = ["user-agent", "host", "content-length", "content-type", "transfer-encoding", "connection"]
        return (document["HttpHeaders"]?.objectValue?.entries ?? []).compactMap { name, value in
            guard let text = value.stringValue, Self.isToken(name), !own.contains(name.lowercased()),
                text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 })
            else { return nil }
            return (name, text)
        }
    }

    /// A name of a header (RFC 9110, section 5.6.2).
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0)) }
    }
}
