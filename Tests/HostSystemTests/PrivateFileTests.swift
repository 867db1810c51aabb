import Glibc
import HostSystem
import Primitives
import Testing

@Suite final class PrivateFileTests {
    private let folder: String

    init() throws {
        var template = Array("/tmp/private-file-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
    }

    deinit { _ = try? ChildProcess.run("rm", ["-rf", folder], input: []) }

    private func mode(_ path: String) throws -> mode_t {
        var found = stat()
        try #require(lstat(path, &found) == 0)
        return found.st_mode
    }

    @Test func filesAndFoldersAreTheOwnersAlone() throws {
        let path = folder + "/a/b/config.json"
        try PrivateFile.update(path, limit: 100) { bytes in
            #expect(bytes == nil)
            return Array("one".utf8)
        }
        #expect(try PrivateFile.read(path, limit: 100) == Array("one".utf8))
        #expect(try mode(path) & 0o777 == 0o600)
        #expect(try mode(folder + "/a/b") & 0o777 == 0o700)
        try PrivateFile.update(path, limit: 100) { ($0 ?? []) + Array(", two".utf8) }
        #expect(try PrivateFile.read(path, limit: 100) == Array("one, two".utf8))
    }

    @Test func aLinkStaysALink() throws {
        try PrivateFile.update(folder + "/real", limit: 100) { _ in [1] }
        try #require(symlink(folder + "/real", folder + "/link") == 0)
        try PrivateFile.update(folder + "/link", limit: 100) { _ in [2] }
        #expect(try mode(folder + "/link") & S_IFMT == S_IFLNK)
        #expect(try PrivateFile.read(folder + "/real", limit: 100) == [2])
    }

    @Test func whatFailsOrGivesNothingChangesNothing() throws {
        let path = folder + "/config.json"
        try PrivateFile.update(path, limit: 100) { _ in [1] }
        try PrivateFile.update(path, limit: 100) { _ in nil }
        #expect(throws: EngineError.self) {
            try PrivateFile.update(path, limit: 100) { _ throws(EngineError) in throw EngineError(.badParameter, "no") }
        }
        #expect(throws: EngineError.self) { try PrivateFile.read(path, limit: 0) }
        #expect(try PrivateFile.read(path, limit: 100) == [1])
        #expect(try PrivateFile.read(folder + "/none", limit: 100) == nil)
        #expect(PrivateFile.remove(path) && !PrivateFile.remove(path))
    }

    @Test func changesFollowEachOther() async throws {
        let path = folder + "/counter"
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    try PrivateFile.update(path, limit: 100) { [UInt8(($0?.first ?? 0) + 1)] }
                }
            }
            try await group.waitForAll()
        }
        #expect(try PrivateFile.read(path, limit: 100) == [20])
    }
}
