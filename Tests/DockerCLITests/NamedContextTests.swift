import APIModel
import HostSystem
import Primitives
import TarCodec
import Testing

@testable import DockerCLI

/// `--build-context`.
@Suite struct NamedContextTests {
    private let folder = try! ContextFolder(["main/Dockerfile": "FROM scratch\n", "main/x": "main"])
    private let id = "sha256:" + String(repeating: "a", count: 64)

    private func build(_ words: String...) throws -> (requests: [FakeEngine.Request], text: String, code: Int32) {
        try FakeEngine(200, "{\"aux\":{\"ID\":\"\(id)\"}}\n").docker(["build", "-q"] + words + [folder.path + "/main"])
    }

    /// The contexts of a body.
    private func contexts(_ bytes: [UInt8]) -> [[UInt8]] {
        var (result, current, rest) = ([[UInt8]](), [UInt8](), bytes[...])
        while rest.count >= 4 {
            let length = ContextFrames.length(rest.prefix(4))
            rest = rest.dropFirst(4)
            if length == 0 {
                result.append(current)
                current = []
            }
            current += rest.prefix(length)
            rest = rest.dropFirst(length)
        }
        return result
    }

    @Test func foldersGoWithTheMainContext() throws {
        for (name, text) in ["one/a": "1", "one/b": "2", "one/.dockerignore": "b\n", "two/main": "3"] {
            try folder.write(name, text)
        }
        let result = try build("--build-context", "one=\(folder.path)/one", "--build-context", "two=\(folder.path)/two")
        let request = try #require(result.requests.first)
        #expect(
            request.line.contains("contexts=%5B%7B%22Name%22:%22one%22%2C%22Source%22:%22%22%7D%2C%7B%22Name%22:%22two")
        )
        let files = try contexts(request.bytes).map { try unpacked($0).map { $0.entry.displayName } }
        #expect(files == [["Dockerfile", "x"], [".dockerignore", "a"], ["main"]])
    }

    @Test func anArchiveGoesAsItIs() throws {
        var archive: [UInt8] = []
        var packer = ContextPacker { archive += $0 }
        try packer.pack(dockerfile: Array("text\n".utf8))
        try folder.write("a.tar", String(decoding: archive, as: UTF8.self))
        let request = try #require(build("--build-context", "a=\(folder.path)/a.tar").requests.first)
        #expect(contexts(request.bytes).last == archive)
    }

    @Test func whatIsElsewhereIsTheEngines() throws {
        for source in ["docker-image://a:1", "https://example.com/x.tar", "git@example.com:a.git#b"] {
            let request = try #require(build("--build-context", "n=\(source)").requests.first)
            let escaped = source.replacing("#", with: "%23")
            #expect(request.line.contains("%22Source%22:%22\(escaped)%22"))
            #expect(try unpacked(request.bytes).count == 2)
        }
    }

    @Test func ofSeveralWithOneNameTheLastCounts() throws {
        let request = try #require(
            build("--build-context", "a=docker-image://x", "--build-context", "a:latest=docker-image://y").requests
                .first)
        #expect(request.line.contains("docker-image://y") && !request.line.contains("docker-image://x"))
    }

    @Test(arguments: [
        ("a", "ERROR: invalid context value: a, expected key=value\n"),
        ("A=x", "ERROR: invalid context name A: "),
        ("a=/no/where", "ERROR: failed to get build context a: stat /no/where: no such file or directory\n"),
        ("a=/dev/null", "ERROR: failed to get build context a: /dev/null is neither a folder nor an archive\n"),
        ("a=docker-image://A", "ERROR: invalid reference A: "),
        ("a=oci-layout:///x", "docker: 'build --build-context a=oci-layout://…' is not supported\n"),
        ("a=target:b", "docker: 'build --build-context a=target:…' is not supported\n"),
    ])
    func whatIsNoContextIsSaid(_ word: String, _ text: String) throws {
        let result = try build("--build-context", word)
        #expect(result.text.hasPrefix(text) && result.requests.isEmpty && result.code == 1)
    }
}
