import APIModel
import Flags
import HostSystem
import OrderedJSON
import Primitives
import TarCodec
import Testing

@testable import DockerCLI

/// `--output` as buildx takes it, and what comes of it.
@Suite struct BuildOutputTests {
    private let folder = try! ContextFolder(["Dockerfile": "FROM scratch\n"])
    private let id = "sha256:" + String(repeating: "a", count: 64)
    private let manifest = "sha256:" + String(repeating: "b", count: 64)

    private func engine(_ archive: [UInt8]) throws -> FakeEngine {
        let (id, manifest) = (id, manifest)
        return try FakeEngine { line in
            if line.hasPrefix("GET /build/result") { return (200, String(decoding: archive, as: UTF8.self)) }
            if line.contains("/push") {
                return (200, "{\"aux\":{\"Tag\":\"1\",\"Digest\":\"\(manifest)\",\"Size\":5}}\n")
            }
            let result =
                line.contains("outputs=")
                ? "{\"id\":\"martlet.build.result\",\"aux\":{\"ID\":\"\(id)\",\"Descriptor\":"
                    + "{\"mediaType\":\"m\",\"digest\":\"\(manifest)\",\"size\":7}}}\n" : ""
            return (200, "{\"aux\":{\"ID\":\"\(id)\"}}\n" + result)
        }
    }

    private func archive(_ files: [(TarEntry, String)]) throws -> [UInt8] {
        try files.flatMap { entry, content in
            var entry = entry
            if entry.kind == .file { entry.size = Int64(content.utf8.count) }
            let padding = [UInt8](repeating: 0, count: TarWriter.padding(after: Int64(content.utf8.count)))
            return try TarWriter.header(for: entry) + content.utf8 + padding
        } + TarWriter.end
    }

    private func file(_ name: String, _ content: String) -> (TarEntry, String) {
        (TarEntry(kind: .file, name: Array(name.utf8), mode: 0o640, uid: 7, gid: 7), content)
    }

    private func build(
        _ words: String..., archive: [UInt8]? = nil
    ) throws -> (requests: [FakeEngine.Request], text: String, code: Int32) {
        try engine(archive ?? self.archive([file("a/b", "content")])).docker(["build", "-q"] + words + [folder.path])
    }

    private func content(_ name: String) -> String? {
        (try? PrivateFile.read("\(folder.path)/\(name)", limit: 1 << 20)).map {
            $0.map { String(decoding: $0, as: UTF8.self) }
        } ?? nil
    }

    @Test(arguments: [
        ("out", "local", BuildOutputPlace.Destination.folder("out")), ("-", "tar", .standardOutput),
        ("a=b", "local", .folder("a=b")), ("type=local,dest=a,", "", .engine), ("type=tar", "tar", .standardOutput),
        ("type=tar,dest=-", "tar", .standardOutput), ("\"type=tar\",\"dest=a,b\"", "tar", .file("a,b")),
        ("type=oci,dest=x,tar=false", "oci", .folder("x")), ("Type=docker,Dest=x", "docker", .file("x")),
        ("type=docker", "image", .engine), ("type=image,name=a", "image", .engine), ("type=registry", "image", .engine),
        ("type=oci,dest=x,compression=uncompressed", "oci", .file("x")),
    ])
    func wordsAreRead(_ word: String, _ type: String, _ destination: BuildOutputPlace.Destination) throws {
        guard !type.isEmpty else {
            #expect(throws: (any Error).self) { try BuildOutputPlace(word) }
            return
        }
        let place = try BuildOutputPlace(word)
        #expect(place.type == type && place.destination == destination)
        #expect(place.pushes == (word == "type=registry"))
    }

    @Test(arguments: [
        (["-o", "dest=x,a=b"], "ERROR: type is required for output\n"),
        (["-o", "type=local"], "ERROR: dest is required for local exporter\n"),
        (["-o", "type=local,dest=-"], "ERROR: dest cannot be stdout for local exporter\n"),
        (["-o", "type=tar,x"], "ERROR: invalid value x\n"),
        (["-o", "type=cacheonly"], "docker: 'build --output type=cacheonly' is not supported\n"),
        (["-o", "-", "-o", "type=oci"], "ERROR: multiple outputs configured to write to stdout\n"),
        (["-o", "type=local,dest=/dev/null"], "ERROR: destination directory /dev/null is a file\n"),
        (["-o", "type=tar,dest=/tmp"], "ERROR: destination file /tmp is a directory\n"),
        (
            ["-o", "type=oci,dest=x,compression=zstd"],
            "docker: 'build --output type=oci,compression=…' is not supported yet\n"
        ),
        (["-o", "type=tar,push=true"], "docker: 'build --output type=tar,push=true' is not supported\n"),
        (["--push"], "ERROR: tag is needed when pushing to registry\n"),
        (["-o", "x", "--iidfile", "y"], "ERROR: local and tar exporters are incompatible with image ID file\n"),
        (["--attest", "type=sbom"], "docker: 'build --attest' is not supported yet\n"),
        (["--provenance=true"], "docker: 'build --provenance' is not supported yet\n"),
        (
            ["--cache-to", "type=local,dest=x"],
            "docker: 'build --cache-to type=local,dest=x' is not supported: only 'type=inline', which every image is\n"
        ),
    ])
    func whatCanNotBeIsSaid(_ words: [String], _ text: String) throws {
        let result = try engine([]).docker(["build"] + words + [folder.path])
        #expect(result.text.hasPrefix(text) && result.requests.isEmpty && result.code != 0)
    }

    @Test func whatAsksForNothingIsTaken() throws {
        let result = try build(
            "--provenance=false", "--sbom=false", "--attest", "type=sbom,disabled=true", "--cache-to", "type=inline",
            "--load")
        #expect(result.code == 0 && result.requests.count == 1 && !result.requests[0].line.contains("outputs"))
    }

    @Test func theEngineIsToldOfOutputsWithoutTheirPlaces() throws {
        let line = try build("-o", "\(folder.path)/out", "-o", "type=image,name=a:1").requests[0].line
        let outputs = "[{\"Type\":\"local\",\"Attrs\":{}},{\"Type\":\"image\",\"Attrs\":{\"name\":\"a:1\"}}]"
        #expect(line.contains("outputs=" + Self.escaped(outputs)))
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\"", with: "%22").replacing("{", with: "%7B").replacing("}", with: "%7D")
            .replacing("[", with: "%5B").replacing("]", with: "%5D").replacing(",", with: "%2C")
    }

    @Test func aFolderHasTheFiles() throws {
        let result = try build("-o", "\(folder.path)/made/out")
        #expect(result.code == 0 && content("made/out/a/b") == "content")
        #expect(result.requests.last?.line == "GET /build/result?id=\(id)&type=tar")
        #expect(try LocalPath.facts("\(folder.path)/made/out/a/b")?.mode == 0o640)
    }

    @Test func filesThatWereThereStayOrAreReplaced() throws {
        try folder.write("out/old", "old")
        try folder.write("out/a/b", "before")
        #expect(try build("-o", "\(folder.path)/out").code == 0)
        #expect(content("out/old") == "old" && content("out/a/b") == "content")
    }

    @Test(arguments: ["../x", "a/../../x", "/../x"])
    func nothingClimbsOutOfTheFolder(_ name: String) throws {
        let result = try build("-o", "\(folder.path)/out", archive: archive([file(name, "hostile")]))
        #expect(result.code == 1 && result.text.contains("it is outside of") && content("x") == nil)
    }

    @Test func noLinkIsFollowed() throws {
        let link = TarEntry(kind: .symbolicLink, name: Array("l".utf8), linkName: Array("..".utf8), mode: 0o777)
        let result = try build("-o", "\(folder.path)/out", archive: archive([(link, ""), file("l/x", "hostile")]))
        #expect(result.code == 1 && content("x") == nil)
        folder.link("in", to: "elsewhere")
        try folder.write("elsewhere/kept", "")
        let other = try build("-o", folder.path, archive: archive([file("in/x", "hostile")]))
        #expect(other.code == 1 && content("elsewhere/x") == nil)
    }

    @Test func anArchiveIsWholeOrAsItWas() throws {
        let path = "\(folder.path)/out.tar"
        try folder.write("out.tar", "before")
        let archive = try archive([file("a", "content")])
        #expect(try build("-o", "type=tar,dest=\(path)", archive: Array(archive.prefix(600))).code == 1)
        #expect(content("out.tar") == "before")
        let result = try build("-t", "n:1", "-o", "type=docker,dest=\(path),name=m", archive: archive)
        #expect(result.code == 0 && content("out.tar") == String(decoding: archive, as: UTF8.self))
        #expect(result.requests.last?.line == "GET /build/result?id=\(id)&type=docker&t=n:1&t=m")
        #expect(try Disk.names(in: folder.path).sorted() == ["Dockerfile", "out.tar"])
    }

    @Test func aLinkToAnArchiveStays() throws {
        try folder.write("real.tar", "before")
        folder.link("out.tar", to: "real.tar")
        #expect(try build("-o", "type=tar,dest=\(folder.path)/out.tar").code == 0)
        #expect(try LocalPath.facts("\(folder.path)/out.tar")?.kind == .link && content("real.tar") != "before")
    }

    @Test func theStandardOutputHasNothingButTheArchive() throws {
        let archive = try archive([file("a", "content")])
        #expect(try build("-o", "-", archive: archive).text == String(decoding: archive, as: UTF8.self))
    }

    @Test func anImageIsPushedUnderEachOfItsNames() throws {
        let result = try build("-t", "a/b", "-o", "type=registry,name=c:2", "--metadata-file", "\(folder.path)/meta")
        let pushes = result.requests.map(\.line).filter { $0.contains("/push") }
        #expect(pushes == ["POST /images/a/b/push?tag=latest", "POST /images/c/push?tag=2"] && result.code == 0)
        let metadata = try JSONValue(parsing: content("meta") ?? "")
        #expect(
            metadata["containerimage.digest"]?.stringValue == manifest
                && metadata["containerimage.config.digest"]?.stringValue == id)
        #expect(metadata["image.name"]?.stringValue == "docker.io/a/b:latest,docker.io/library/c:2")
    }

    @Test func metadataIsAsBuildxWritesIt() throws {
        let meta = "\(folder.path)/meta"
        #expect(try build("-t", "a", "--metadata-file", meta).code == 0)
        #expect(
            content("meta") == """
                {
                  "containerimage.config.digest": "\(id)",
                  "containerimage.digest": "\(id)",
                  "image.name": "docker.io/library/a:latest"
                }
                """)
        #expect(try build("-o", "type=oci,dest=\(folder.path)/o,name=b:1", "--metadata-file", meta).code == 0)
        let archive = try JSONValue(parsing: content("meta") ?? "")
        #expect(archive["containerimage.descriptor"] == ["mediaType": "m", "digest": .string(manifest), "size": 7])
        #expect(
            archive["containerimage.digest"]?.stringValue == manifest
                && archive["image.name"]?.stringValue == "docker.io/library/b:1")
        #expect(try build("-o", "\(folder.path)/out", "--metadata-file", meta).code == 0)
        #expect(content("meta") == "{}")
    }

    @Test func anEngineThatHandsNothingOverIsAnError() throws {
        let other = try FakeEngine(200, "{\"aux\":{\"ID\":\"\(id)\"}}\n")
        let result = try other.docker(["build", "-q", "-o", "\(folder.path)/out", folder.path])
        #expect(result.code == 1 && result.text == "ERROR: the engine does not hand over what it builds\n")
    }
}
