import HostSystem
import Testing

@testable import DockerCLI

@Suite struct CompletionTests {
    @Test(arguments: ["bash", "zsh", "fish"])
    func installedScriptsAreThoseOfTheDeclarations(_ shell: String) throws {
        let root = String(#filePath.prefix(upTo: try #require(#filePath.firstRange(of: "/Tests/")).lowerBound))
        let file = try Connection.file("\(root)/completion/docker.\(shell)")
        defer { file.closeNow() }
        var bytes: [UInt8] = []
        while case let part = try file.read(), !part.isEmpty { bytes += part }
        #expect(String(decoding: bytes, as: UTF8.self) == CompletionScript.text(for: shell))
    }
}
