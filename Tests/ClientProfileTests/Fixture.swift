import ClientProfile
import Glibc
import HostSystem
import OrderedJSON
import Primitives
import Testing

/// A home folder of a test's own, and helper programs on the path.
final class Home {
    let path: String
    var config: String { path + "/.docker/config.json" }
    var old: String { path + "/.dockercfg" }

    init() throws {
        var template = Array("/tmp/client-profile-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    deinit { _ = try? ChildProcess.run("rm", ["-rf", path], input: []) }

    var profile: Profile { Profile(folder: path + "/.docker", home: path) }

    func write(_ file: String, _ text: String) throws {
        try PrivateFile.update(file, limit: 1 << 20) { _ in Array(text.utf8) }
    }

    func text(_ file: String) throws -> String? {
        try PrivateFile.read(file, limit: 1 << 20).map { String(decoding: $0, as: UTF8.self) }
    }

    func json(_ file: String) throws -> JSONValue { try JSONValue(parsing: try #require(try text(file))) }
}
