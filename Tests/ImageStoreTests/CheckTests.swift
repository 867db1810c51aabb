import LinuxSystem
import Primitives
import Testing

@testable import ImageStore

@Suite struct CheckTests {
    /// An image, a container on it, and what is wrong by kind once `damage` is done (a shell script in the test's folder).
    private func problems(after damage: String = "true") throws -> [StoreFinding.Kind: [String]] {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        try bench.store.createContainerLayer(id: "container", image: image.id)
        let layer = try #require(image.layers.first)
        try bench.scratch.shell("layer='\(layer)'; blob='store/image/copy/blobs/sha256/\(image.id.hex)'; \(damage)")
        var found: [StoreFinding.Kind: [String]] = [:]
        var seen: [StoreFinding.Kind: String] = [:]
        try bench.store.check { finding in
            seen[finding.kind] = finding.name
            if let problem = finding.problem { found[finding.kind, default: []].append(problem) }
            return true
        }
        let chainID = try #require(image.chainIDs.first)
        #expect(
            seen == [
                .blob: image.id.description, .layer: chainID.description, .image: image.id.description,
                .name: "busybox:latest", .container: "container",
            ])
        return found
    }

    @Test func aSoundStoreHasNoProblems() throws { #expect(try problems() == [:]) }

    @Test func aBlobIsItsDigest() throws {
        let found = try problems(after: "printf ' ' >>$blob")
        #expect(
            found[.blob]?.count == 1 && found[.blob]?.first?.hasPrefix("its content has the digest sha256:") == true)
        #expect(found[.image] == ["its configuration is missing or can't be read"])
        #expect(found[.layer] == nil && found[.container] == nil)
    }

    @Test(arguments: [
        "printf x | dd of=layers/$layer/etc/passwd conv=notrunc 2>/dev/null", "rm layers/$layer/bin/tool*",
        "truncate -s 5 layers/$layer/etc/passwd",
    ])
    func aLayerIsItsTar(_ damage: String) throws {
        let found = try problems(after: damage)
        #expect(found.keys.map(\.rawValue) == ["layer"])
        #expect(found[.layer]?.count == 1)
    }

    @Test func filesMayBeMissing() throws {
        let found = try problems(after: "rm -r layers/$layer layers/container")
        #expect(found[.layer]?.first?.hasPrefix("its files are missing (l-") == true)
        #expect(found[.container] == ["its files are missing"])
    }

    @Test func rowsMayContradictEachOther() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        let chainID = try #require(image.chainIDs.first)
        _ = try bench.store.change { table in
            table.put(tag: "ghost:1", Digest.sha256(of: "ghost".utf8))
            if var row = table.layers[chainID] {
                row.diffID = Digest.sha256(of: "other".utf8)
                table.put(layer: row)
            }
        }
        var found: [String] = []
        try bench.store.check { finding in
            if let problem = finding.problem { found.append("\(finding.kind) \(problem)") }
            return true
        }
        #expect(
            found == [
                "layer its name is not that of \(Digest.sha256(of: "other".utf8)) on nothing",
                "name there is no image \(Digest.sha256(of: "ghost".utf8))",
            ])
    }

    @Test func itEndsWhenNobodyWantsMore() throws {
        let bench = try Bench()
        try bench.makeTree()
        try bench.importTree()
        var count = 0
        try bench.store.check { _ in
            count += 1
            return false
        }
        #expect(count == 1)
    }

    @Test func layersHaveTheirSizes() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        #expect(bench.store.layerSizes() == [try #require(image.chainIDs.first).description: image.size])
    }
}
