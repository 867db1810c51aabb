import GraphDrivers
import ImageModel
import LinuxSystem
import Primitives
import Testing

@testable import ImageStore

@Suite struct LoadTests {
    private func load(_ bench: Bench, _ name: String) throws -> [LoadedImage] {
        try bench.store.load(from: bench.open(name)) { _ in }
    }

    /// Two layers: a tree, and one that removes a file and adds one.
    private func makeLayers(_ bench: Bench) throws -> (String, String) {
        try bench.makeTree()
        try bench.scratch.shell(
            "mkdir -p top/etc; : > top/etc/.wh.passwd; echo new > top/etc/new; tar -C top -cf top.tar etc")
        return (try bench.scratch.sha256("tree.tar"), try bench.scratch.sha256("top.tar"))
    }

    private func config(_ a: String, _ b: String) -> String {
        #"{"architecture":"amd64","config":{"Cmd":["sh"]},"created":"2020-01-02T03:04:05Z","history":[{"created_by":"one"},{"created_by":"ENV x","empty_layer":true},{"created_by":"two"}],"os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:\#(a)","sha256:\#(b)"]}}"#
    }

    @Test func roundTripKeepsIDsBytesAndTree() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        try bench.store.tag(image.id, as: ImageReference(parsing: "host:5000/team/app:1"))
        try bench.store.save(["busybox", "host:5000/team/app:1"], to: bench.create("out.tar"))
        _ = try bench.store.remove(image.id.hex, force: true, noPrune: false) { _ in [] }
        #expect(try bench.driver.ids().isEmpty)
        let loaded = try load(bench, "out.tar")
        #expect(loaded.map(\.loadedText) == ["Loaded image: busybox:latest", "Loaded image: host:5000/team/app:1"])
        let again = try bench.store.resolve("busybox")
        #expect(again.id == image.id)
        #expect(again.config.bytes == image.config.bytes)
        try bench.scratch.shell(
            "cmp layers/\(again.layers[0])/bin/tool tree/bin/tool; cmp layers/\(again.layers[0])/sparse tree/sparse")
        try bench.store.save(["busybox"], to: bench.create("two.tar"))
        try bench.scratch.shell("mkdir x; tar -C x -xf two.tar; cmp x/blobs/sha256/\(image.diffIDs[0].hex) tree.tar")
    }

    @Test(arguments: ["cat", "gzip -c", "xz -0c"]) func loadsADockerArchiveWhoseManifestComesLast(tool: String) throws {
        let bench = try Bench()
        let (a, b) = try makeLayers(bench)
        try bench.scratch.write("d/config.json", config(a, b))
        let id = try bench.scratch.sha256("d/config.json")
        try bench.scratch.shell(
            """
            cd d; mv config.json \(id).json; mkdir one two; cp ../tree.tar one/layer.tar; cp ../top.tar two/layer.tar
            printf '[{"Config":"\(id).json","RepoTags":["app:1","other/app:2"],"Layers":["one/layer.tar","two/layer.tar"]}]' > manifest.json
            tar -cf ../plain.tar one two \(id).json manifest.json; cd ..; \(tool) < plain.tar > in.tar
            """)
        #expect(try load(bench, "in.tar").map(\.loadedText) == ["Loaded image: app:1", "Loaded image: other/app:2"])
        let image = try bench.store.resolve("other/app:2")
        #expect(image.id.hex == id)
        #expect(image.tags == ["app:1", "other/app:2"])
        #expect(
            try bench.scratch.shell("cat layers/\(image.layers[1])/etc/new; ls layers/\(image.layers[1])/etc")
                == "new\nnew")
        let history = try bench.store.history("app:1")
        #expect(history.map(\.createdBy) == ["two", "ENV x", "one"])
        #expect(history.map(\.size) == [4, 0, image.size - 4])
        #expect(history.map(\.id) == [image.id.description, "<missing>", "<missing>"])
        #expect(try bench.leftovers().hasSuffix("tmp:"))
    }

    @Test func loadsAnArchiveOfDocker16() throws {
        let bench = try Bench()
        _ = try makeLayers(bench)
        let one = String(repeating: "1", count: 64)
        let two = String(repeating: "2", count: 64)
        try bench.scratch.write(
            "d/\(two)/json",
            #"{"id":"\#(two)","parent":"\#(one)","created":"2015-01-01T00:00:00Z","container_config":{"Cmd":["touch"]},"config":{"Cmd":["sh"]},"architecture":"amd64","os":"linux","Size":4}"#
        )
        try bench.scratch.write(
            "d/\(one)/json",
            #"{"id":"\#(one)","created":"2014-01-01T00:00:00Z","container_config":{"Cmd":["base"]},"os":"linux","Size":9}"#
        )
        try bench.scratch.shell(
            """
            cd d; cp ../tree.tar \(one)/layer.tar; cp ../top.tar \(two)/layer.tar; printf 1.0 | tee \(one)/VERSION > \(two)/VERSION
            printf '{"busybox":{"latest":"\(two)"}}' > repositories; tar -cf ../in.tar \(two) \(one) repositories
            """)
        #expect(try load(bench, "in.tar").map(\.loadedText) == ["Loaded image: busybox:latest"])
        let image = try bench.store.resolve("busybox")
        #expect(
            image.diffIDs.map(\.hex) == [try bench.scratch.sha256("tree.tar"), try bench.scratch.sha256("top.tar")])
        let history = try bench.store.history("busybox")
        #expect(history.map(\.createdBy) == ["touch", "base"])
        #expect(history[1].id == image.parent?.description)
        #expect(bench.store.isImage(image.id.description, descendedFrom: try #require(image.parent)))
        #expect(try bench.store.list().count == 2)
    }

    @Test func loadsAnOCILayoutWithCompressedLayers() throws {
        let bench = try Bench()
        let (a, b) = try makeLayers(bench)
        try bench.scratch.write("c.json", config(a, b))
        let platform = Platform.host.architecture
        try bench.scratch.shell(
            #"""
            mkdir -p o/blobs/sha256; put() { h=$(sha256sum $1 | cut -d' ' -f1); cp $1 o/blobs/sha256/$h; echo "\"digest\":\"sha256:$h\",\"size\":$(stat -c %s $1)"; }
            gzip -kn tree.tar; zstd -q top.tar 2>/dev/null || cp top.tar top.tar.zst
            C=$(put c.json); A=$(put tree.tar.gz); B=$(put top.tar.zst)
            echo "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",$C},\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",$A},{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+zstd\",$B}]}" > m.json
            M=$(put m.json)
            echo "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\",\"size\":1,\"platform\":{\"architecture\":\"none\",\"os\":\"linux\"}},{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",$M,\"platform\":{\"architecture\":\"\#(platform)\",\"os\":\"linux\"}}]}" > i.json
            I=$(put i.json)
            echo "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",$I,\"annotations\":{\"io.containerd.image.name\":\"docker.io/library/app:3\"}}]}" > o/index.json
            echo '{"imageLayoutVersion":"1.0.0"}' > o/oci-layout; tar -C o -cf in.tar .
            """#)
        #expect(try load(bench, "in.tar").map(\.loadedText) == ["Loaded image: app:3"])
        let image = try bench.store.resolve("app:3")
        #expect(image.id.hex == (try bench.scratch.sha256("c.json")))
        try bench.store.save(["app:3"], to: bench.create("out.tar"))
        try bench.scratch.shell("mkdir x; tar -C x -xf out.tar; cmp x/blobs/sha256/\(b) top.tar")
    }

    /// One name, an image of a platform each: an index of images that differ in what runs them.
    private func makePlatforms(_ bench: Bench) throws {
        try bench.makeTree()
        let layer = try bench.scratch.sha256("tree.tar")
        try bench.scratch.write(
            "make",
            #"""
            mkdir -p o/blobs/sha256; put() { h=$(sha256sum $1 | cut -d' ' -f1); cp $1 o/blobs/sha256/$h; echo "\"digest\":\"sha256:$h\",\"size\":$(stat -c %s $1)"; }
            L=$(put tree.tar)
            image() {
              printf '{"architecture":"%s","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:\#(layer)"]}%s}' "$1" "$2" > $1.json
              C=$(put $1.json)
              printf '{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar",%s}]}' "$C" "$L" > $1.m
              printf '{"mediaType":"application/vnd.oci.image.manifest.v1+json",%s,"platform":{"os":"linux","architecture":"%s"%s}}' "$(put $1.m)" "$1" "$2"
            }
            printf '{"schemaVersion":2,"manifests":[%s,%s]}' "$(image s390x)" "$(image arm ',"variant":"v6"')" > i.json
            I=$(put i.json)
            printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json",%s,"annotations":{"io.containerd.image.name":"docker.io/library/app:1"}}]}' "$I" > o/index.json
            tar -C o -cf layout.tar .
            s=$(sha256sum s390x.json | cut -d' ' -f1); a=$(sha256sum arm.json | cut -d' ' -f1)
            printf '[{"Config":"blobs/sha256/%s","RepoTags":["app:1"],"Layers":["blobs/sha256/\#(layer)"]}]' $s > o/manifest.json
            tar -C o -cf both.tar .
            printf '[{"Config":"blobs/sha256/%s","RepoTags":["app:1"],"Layers":["blobs/sha256/\#(layer)"]},{"Config":"blobs/sha256/%s","RepoTags":["app:2"],"Layers":["blobs/sha256/\#(layer)"]}]' $s $a > o/manifest.json
            rm o/index.json; tar -C o -cf docker.tar manifest.json blobs
            """#)
        try bench.scratch.shell("sh -e make")
    }

    @Test(arguments: [
        ("layout.tar", "linux/s390x", "s390x", "app:1"), ("layout.tar", "linux/arm/v6", "arm", "app:1"),
        ("layout.tar", "linux/arm", "arm", "app:1"), ("docker.tar", "linux/s390x", "s390x", "app:1"),
        ("docker.tar", "linux/arm/v6", "arm", "app:2"),
        // What docker writes of a name with several platforms: the manifest knows one, the index all.
        ("both.tar", "linux/s390x", "s390x", "app:1"), ("both.tar", "linux/arm", "arm", "app:1"),
    ])
    func theImageOfAPlatformIsTaken(_ archive: String, _ platform: String, _ file: String, _ name: String) throws {
        let bench = try Bench()
        try makePlatforms(bench)
        let loaded = try bench.store.load(from: bench.open(archive), for: Platform(parsing: platform)) { _ in }
        #expect(loaded.map(\.reference) == [name])
        #expect(loaded.map(\.id.hex) == [try bench.scratch.sha256(file + ".json")])
        #expect(try bench.store.list().count == 1)
    }

    @Test(arguments: ["layout.tar", "docker.tar", "both.tar"], ["linux/riscv64", "linux/arm/v7"])
    func aPlatformThatIsNotThereIsNamed(_ archive: String, _ platform: String) throws {
        let bench = try Bench()
        try makePlatforms(bench)
        let error = kind {
            _ = try bench.store.load(from: bench.open(archive), for: Platform(parsing: platform)) { _ in }
        }
        #expect(error?.0 == .notFound && error?.1 == "no image in the archive is for the platform \(platform)")
        #expect(try bench.store.list().isEmpty && bench.driver.ids().isEmpty)
    }

    @Test func aNameThatMovesIsTold() throws {
        let bench = try Bench()
        try bench.makeTree()
        let old = try bench.importTree()
        try bench.store.save(["busybox"], to: bench.create("out.tar"))
        try bench.makeTree("other")
        let new = try bench.importTree("other")
        var told: [LoadProgress] = []
        _ = try bench.store.load(from: bench.open("out.tar")) { told.append($0) }
        #expect(told.contains(.renaming(name: "busybox:latest", oldID: new.id)))
        #expect(try bench.store.resolve("busybox").id == old.id)
        #expect(try bench.store.resolve(new.id.short).tags.isEmpty)
    }
}

@Suite struct HostileArchiveTests {
    private func refused(_ bench: Bench, _ script: String) throws -> String {
        let before = try bench.leftovers()
        try bench.scratch.shell(script)
        let error = kind { _ = try bench.store.load(from: bench.open("in.tar")) { _ in } }
        #expect(error?.0 == .badParameter, "\(String(describing: error))")
        #expect(try bench.store.list().isEmpty)
        #expect(try bench.leftovers() == before)
        return error?.1 ?? ""
    }

    @Test func idsThatArePaths() throws {
        let bench = try Bench()
        try bench.makeTree()
        let message = try refused(
            bench,
            "mkdir -p d/x; printf '{\"id\":\"../../etc\"}' > d/x/json; cp tree.tar d/x/layer.tar; tar -C d -cf in.tar x"
        )
        #expect(message == "image ID '../../etc' is invalid ")
    }

    @Test func parentsInACircle() throws {
        let bench = try Bench()
        let one = String(repeating: "1", count: 64)
        let two = String(repeating: "2", count: 64)
        _ = try refused(
            bench,
            "mkdir -p d/\(one) d/\(two); printf '{\"id\":\"\(one)\",\"parent\":\"\(two)\"}' > d/\(one)/json; printf '{\"id\":\"\(two)\",\"parent\":\"\(one)\"}' > d/\(two)/json; tar -C d -cf in.tar \(one) \(two)"
        )
        _ = try refused(
            bench,
            "printf '{\"id\":\"\(one)\",\"parent\":\"\(String(repeating: "3", count: 64))\"}' > d/\(one)/json; tar -C d -cf in.tar \(one)"
        )
    }

    @Test(arguments: ["manifest.json one.json layer.tar", "one.json layer.tar manifest.json"])
    func aLayerThatIsNotTheOneNamed(order: String) throws {
        let bench = try Bench()
        try bench.makeTree()
        let wrong = String(repeating: "a", count: 64)
        try bench.scratch.write("d/one.json", #"{"rootfs":{"type":"layers","diff_ids":["sha256:\#(wrong)"]}}"#)
        let message = try refused(
            bench,
            "cp tree.tar d/layer.tar; printf '[{\"Config\":\"one.json\",\"RepoTags\":[\"a:b\"],\"Layers\":[\"layer.tar\"]}]' > d/manifest.json; tar -C d -cf in.tar \(order)"
        )
        #expect(message.hasPrefix("invalid diffID for layer: expected \"sha256:\(wrong)\", got \"sha256:"))
    }

    @Test func aConfigThatIsNotTheOneNamed() throws {
        let bench = try Bench()
        let name = String(repeating: "a", count: 64) + ".json"
        try bench.scratch.write("d/\(name)", #"{"rootfs":{"type":"layers","diff_ids":[]}}"#)
        let message = try refused(
            bench,
            "printf '[{\"Config\":\"\(name)\",\"RepoTags\":null,\"Layers\":null}]' > d/manifest.json; tar -C d -cf in.tar ."
        )
        #expect(message.hasPrefix("invalid image config \(name): its digest is sha256:"))
    }

    @Test(arguments: ["../../etc/passwd", "/etc/passwd", "a/../../x", "link", "nothing"]) func pathsOutOfTheArchive(
        path: String
    ) throws {
        let bench = try Bench()
        _ = try refused(
            bench,
            "mkdir d; ln -s /etc/passwd d/link; printf '[{\"Config\":\"\(path)\",\"RepoTags\":null,\"Layers\":[]}]' > d/manifest.json; tar -C d -cf in.tar ."
        )
    }

    @Test func noiseAndStubs() throws {
        let bench = try Bench()
        _ = try refused(bench, "head -c 5000 /dev/urandom > in.tar")
        _ = try refused(bench, ": > in.tar")
        _ = try refused(bench, "mkdir d; printf '[' > d/manifest.json; tar -C d -cf in.tar .")
        _ = try refused(bench, "mkdir e; echo x > e/x; tar -C e -cf in.tar .")
    }

    @Test func anArchiveThatIsCutOff() throws {
        let source = try Bench()
        try source.makeTree()
        try source.importTree()
        try source.store.save(["busybox"], to: source.create("out.tar"))
        let bench = try Bench()
        for size in [1000, 20_000, 200_000] {
            _ = try refused(bench, "head -c \(size) '\(source.scratch("out.tar"))' > in.tar")
        }
    }
}
