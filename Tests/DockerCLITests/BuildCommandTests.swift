import APIModel
import HostSystem
import OrderedJSON
import Primitives
import TarCodec
import Testing

@testable import DockerCLI

/// `docker build` as the engine sees it, and what the user sees of the engine's answer.
@Suite struct BuildCommandTests {
    private let folder = try! ContextFolder(["Dockerfile": "FROM scratch\n", "x": "content"])
    private let id = "sha256:" + String(repeating: "a", count: 64)

    private func engine(_ lines: String...) throws -> FakeEngine {
        let body = (lines + ["{\"aux\":{\"ID\":\"\(id)\"}}"]).joined(separator: "\r\n") + "\r\n"
        return try FakeEngine(200, body)
    }

    private func build(
        _ words: String..., environment: [String: String] = [:]
    ) throws -> (query: [String], request: FakeEngine.Request?, text: String, code: Int32) {
        let (requests, text, code) = try engine().docker(
            ["build"] + words + [folder.path], environment: environment)
        let query = requests.first?.line.split(separator: "?").last.map { $0.split(separator: "&").map(String.init) }
        return (query ?? [], requests.first, text, code)
    }

    @Test func theContextIsSent() throws {
        let (query, request, _, code) = try build()
        #expect(query == ["dockerfile=Dockerfile", "rm=1", "progress=status"] && code == 0)
        #expect(request?.header("Content-Type") == "application/x-tar")
        #expect(request?.line.hasPrefix("POST /build?") == true)
        let files = try unpacked(request?.bytes ?? [])
        #expect(files.map { $0.entry.displayName } == ["Dockerfile", "x"])
    }

    @Test func flagsBecomeParameters() throws {
        let query = try build(
            "-t", "a:1", "-t", "b", "--no-cache", "--pull", "--rm=false", "--force-rm", "--target", "s", "--network",
            "none",
            "-m", "1m", "--memory-swap", "-1", "-c", "2", "--cpuset-cpus", "0", "--add-host", "h=::1", "--platform",
            "linux/arm64", "--shm-size", "1k"
        ).query
        for part in [
            "t=a:1", "t=b", "nocache=1", "pull=1", "rm=0", "forcerm=1", "target=s", "networkmode=none",
            "memory=1048576",
            "memswap=-1", "cpushares=2", "cpusetcpus=0", "extrahosts=h:::1", "platform=linux/arm64", "shmsize=1024",
        ] { #expect(query.contains(part), "\(part)") }
    }

    @Test func argumentsTakeTheClientsValues() throws {
        let query = try build(
            "--build-arg", "A=1", "--build-arg", "B", "--build-arg", "C", "--label", "l=m", environment: ["B": "two"]
        ).query
        #expect(query.contains("buildargs=" + "%7B%22A%22:%221%22%2C%22B%22:%22two%22%2C%22C%22:null%7D"))
        #expect(query.contains("labels=%7B%22l%22:%22m%22%7D"))
    }

    @Test func secretsComeInAHeader() throws {
        try folder.write("s", "hidden")
        let result = try build(
            "--secret", "id=a,src=\(folder.path)/s", "--secret", "id=b,env=S", environment: ["S": "word"])
        let secrets = try BuildSecrets(header: result.request?.header(BuildSecrets.headerName))
        #expect(secrets["a"] == Array("hidden".utf8) && secrets["b"] == Array("word".utf8))
        #expect(!result.query.joined().contains("hidden"))
        #expect(try build("--secret", "src=/x").text == "ERROR: secret missing ID in src=/x\n")
        #expect(try build("--secret", "id=a,src=/no/where").text.contains("failed to stat /no/where"))
    }

    @Test func theClassicTextHasItsProgressLine() throws {
        let engine = try engine("{\"stream\":\"Step 1/1 : FROM scratch\\n\"}")
        let result = try engine.docker(["build", folder.path], environment: ["DOCKER_BUILDKIT": "0"])
        #expect(
            result.text == "Sending build context to Docker daemon  3.072kB\r\r\nStep 1/1 : FROM scratch\n")
        #expect(result.requests.first?.line.contains("progress") == false)
    }

    @Test func aCommandsExitCodeIsTheClassicClients() throws {
        let failure = """
            {"errorDetail":{"code":7,"message":"The command '/bin/sh -c exit 7' returned a non-zero code: 7"},"error":"x"}
            """
        let engine = try engine(failure)
        let classic = try engine.docker(["build", folder.path], environment: ["DOCKER_BUILDKIT": "0"])
        #expect(classic.code == 7 && classic.text.hasSuffix("returned a non-zero code: 7\n"))
        let plain = try engine.docker(["build", folder.path])
        #expect(plain.code == 1 && plain.text.contains("\nERROR: failed to build: failed to solve: The command"))
    }

    @Test func aQuietClassicBuildThatFailsSaysAll() throws {
        let lines = ["{\"stream\":\"Step 1/2 : FROM x\\n\"}", "{\"stream\":\"one\\n\"}"]
        let failure = "{\"errorDetail\":{\"code\":3,\"message\":\"returned a non-zero code: 3\"},\"error\":\"x\"}"
        let environment = ["DOCKER_BUILDKIT": "0"]
        let failed = try engine(lines[0], lines[1], failure).docker(
            ["build", "-q", folder.path], environment: environment)
        #expect(failed.text == "Step 1/2 : FROM x\none\nreturned a non-zero code: 3\n" && failed.code == 3)
        let fine = try engine(lines[0], lines[1]).docker(["build", "-q", folder.path], environment: environment)
        #expect(fine.text == id + "\n")
    }

    @Test func anImagesIDIsPrintedOrWritten() throws {
        #expect(try build("-q").text == id + "\n")
        #expect(try build("--progress", "quiet").text == id + "\n")
        let file = folder.path + "/id"
        #expect(try build("--iidfile", file).code == 0)
        #expect(try PrivateFile.read(file, limit: 100) == Array(id.utf8))
    }

    @Test func statusMessagesAreShown() throws {
        let status = """
            {"id":"martlet.build.status","aux":{"vertexes":[{"digest":"sha256:a","name":"[1/1] FROM x",\
            "started":"2024-01-01T00:00:00Z","completed":"2024-01-01T00:00:01Z"}]}}
            """
        let engine = try engine(status)
        let lines = try engine.docker(["build", folder.path]).text.split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.prefix(2) == ["#1 [internal] load build context", "#1 transferring context: 3.07kB done"])
        #expect(lines[2].hasPrefix("#1 DONE 0.") && lines.dropFirst(3) == ["", "#2 [1/1] FROM x", "#2 DONE 1.0s", ""])
        let raw = try engine.docker(["build", "--progress", "rawjson", folder.path]).text
        let last = try #require(raw.split(separator: "\n").last)
        #expect(try JSONValue(parsing: String(last))["vertexes"]?[0]?["name"]?.stringValue == "[1/1] FROM x")
    }

    @Test func aStandardInputIsADockerfileOrAnArchive() throws {
        let engine = try engine()
        let text = try #require(engine.docker(["build", "-"], input: "FROM scratch\n").requests.first)
        #expect(try unpacked(text.bytes).map(\.content) == ["FROM scratch\n"] && !text.line.contains("dockerfile="))
        var archive: [UInt8] = []
        var packer = ContextPacker { archive += $0 }
        try packer.pack(dockerfile: Array("FROM other\n".utf8))
        let ascii = String(decoding: archive, as: UTF8.self)
        let sent = try #require(engine.docker(["build", "-f", "F", "-"], input: ascii).requests.first)
        #expect(sent.bytes == archive && sent.line.contains("dockerfile=F"))
    }

    @Test func aDockerfileMayComeFromTheStandardInput() throws {
        let result = try engine().docker(["build", "-f", "-", folder.path], input: "FROM typed\n")
        let files = try unpacked(result.requests.first?.bytes ?? [])
        #expect(files.first?.content == "FROM typed\n" && files.count == 4)
        #expect(result.requests.first?.line.contains("dockerfile=.dockerfile.") == true)
    }

    @Test func remoteContextsAreTheEngines() throws {
        for word in ["https://example.com/x.tar.gz", "github.com/a/b", "git@example.com:a.git#b:c"] {
            let request = try #require(engine().docker(["build", word]).requests.first)
            #expect(request.bytes.isEmpty && request.header("Content-Type") == nil)
            #expect(request.line.contains("remote=\(word.replacing("#", with: "%23"))"))
        }
    }

    @Test(arguments: [
        (["/no/where"], "unable to prepare context: path \"/no/where\" not found\n"),
        (["-f", "x", "-"], "ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles\n"),
        (["-f", "-", "-"], "invalid argument: can't use stdin for both build context and dockerfile\n"),
    ])
    func whatCanNotBeSentIsSaid(_ words: [String], _ text: String) throws {
        let result = try engine().docker(["build"] + words, input: "FROM scratch")
        #expect(result.text == text && result.requests.isEmpty && result.code == 1)
    }

    /// The words are docker.io 20.10's.
    @Test func aContextAndItsIgnoreFileAreOfTheirKind() throws {
        let file = try Disk.resolved(folder.path) + "/x"
        #expect(
            try engine().docker(["build", file]).text
                == "unable to prepare context: context must be a directory: \(file)\n")
        let other = try ContextFolder(["Dockerfile": "FROM scratch\n", ".dockerignore/x": ""])
        let place = try Disk.resolved(other.path)
        #expect(
            try engine().docker(["build", other.path]).text
                == "Error reading .dockerignore: read \(place)/.dockerignore: is a directory\n")
    }

    @Test(arguments: [
        ("--build-arg", "=x", "invalid environment variable: =x"),
        ("--build-arg", "", "invalid environment variable: "),
        ("--label", "=x", "invalid label '=x': empty name"), ("--label", "", "invalid label '': empty name"),
    ]) func namesAreNeverEmpty(_ flag: String, _ word: String, _ text: String) throws {
        let result = try build(flag, word)
        #expect(result.text == "invalid argument \"\(word)\" for \"\(flag)\" flag: \(text)\n")
        #expect(result.code == 125 && result.request == nil)
    }

    @Test func theCacheIsPruned() throws {
        let engine = try FakeEngine(200, "{\"CachesDeleted\":[\"a\",\"b\"],\"SpaceReclaimed\":2048}")
        let result = try engine.docker(["builder", "prune", "-af", "--filter", "until=24h"])
        #expect(result.text == "Deleted build cache objects:\na\nb\n\nTotal reclaimed space: 2.048kB\n")
        #expect(result.requests.first?.line.hasPrefix("POST /build/prune?all=1&filters=") == true)
    }

    @Test(arguments: [
        (["--keep-storage", "1kb"], "keep-storage=1024"), (["--reserved-space=2m"], "keep-storage=2097152"),
        (
            ["--max-used-space", "10", "--min-free-space", "1g"],
            "max-used-space=10&min-free-space=1073741824"
        ),
    ]) func theCacheIsPrunedDownToASize(_ flags: [String], _ query: String) throws {
        let engine = try FakeEngine(200, "{\"CachesDeleted\":null,\"SpaceReclaimed\":0}")
        let result = try engine.docker(["builder", "prune", "-f"] + flags)
        #expect(result.requests.map(\.line) == ["POST /build/prune?\(query)"])
    }
}
