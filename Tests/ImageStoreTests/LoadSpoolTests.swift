import ImageModel
import LayerFS
import LinuxSystem
import OrderedJSON
import Primitives
import Testing

@testable import ImageStore

/// What a load keeps of an archive that comes in a bad order.
@Suite struct LoadSpoolTests {
    private let scratch: Scratch
    private let spool: LoadSpool

    init() throws {
        scratch = try Scratch()
        spool = LoadSpool(folder: scratch("spool"), room: DiskRoom())
    }

    /// Keeps all entries of an archive under the names that are given, in its order.
    private func keep(_ archive: String, as names: [String]) throws {
        let file = try FD.open(at: RawPath(scratch(archive)), .readOnly)
        let reader = ArchiveReader(FDSource(file))
        for name in names { try spool.keep(#require(try reader.next()), name, from: reader) }
        #expect(try reader.next() == nil)
    }

    @Test func littleStaysInMemoryWhateverComes() throws {
        let names = (100..<400).map { "\($0)" }
        try scratch.shell(
            """
            mkdir d; cd d; for i in $(seq 100 399); do { printf $i; head -c 65533 /dev/zero; } > $i; done
            tar --sort=name -cf ../in.tar *
            """)
        try keep("in.tar", as: names)
        #expect(spool.held > 8 << 20 && spool.held <= 16 << 20)
        for name in names { #expect(try spool.document(name).prefix(3) == Array(name.utf8)[...]) }
    }

    @Test func aNameThatComesAgainTakesNoMoreRoom() throws {
        try scratch.shell(
            """
            for i in 1 2 3; do head -c 100000 /dev/zero > large$i; head -c 50000 /dev/zero > small$i; done
            tar --sort=name -cf in.tar large* small*
            """)
        try keep("in.tar", as: ["a", "a", "a", "b", "b", "b"])
        #expect(spool.held == 50_000)
        #expect(try scratch.shell("ls spool | wc -l") == "1")
        #expect(try spool.document("a").count == 100_000)
    }

    private func manifest(_ configs: [String]) throws -> [UInt8] {
        try DockerArchive.manifest(
            configs.map { DockerArchiveImage(config: $0, repoTags: nil, layers: ["\($0)/layer"]) })
    }

    private func config(_ diffID: String) -> String {
        #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["\#(diffID)"]}}"#
    }

    /// A manifest of megabytes, and thousands of entries before a config that never comes.
    @Test(.timeLimit(.minutes(1))) func documentsAreReadOnce() throws {
        try HostFile.write(scratch("manifest.json"), manifest((0..<40_000).map { "config\($0)" }))
        try scratch.shell("tar -cf in.tar manifest.json")
        try keep("in.tar", as: [DockerArchive.manifestName])
        var stream = LayerStream()
        for number in 0..<20_000 { #expect(stream.place(of: "x\(number)", spool) == nil) }
    }

    @Test func aLayerHasItsPlaceWhenTheLastConfigHasCome() throws {
        let (one, two) = (Digest.sha256(of: "1".utf8), Digest.sha256(of: "2".utf8))
        try HostFile.write(scratch("manifest.json"), manifest(["1", "2"]))
        try scratch.write("1", config(one.description))
        try scratch.write("2", config(two.description))
        try scratch.shell("tar -cf a.tar manifest.json 1; tar -cf b.tar 2")
        try keep("a.tar", as: [DockerArchive.manifestName, "1"])
        var stream = LayerStream()
        #expect(stream.place(of: "1/layer", spool) == nil)
        try keep("b.tar", as: ["2"])
        #expect(stream.place(of: "1/layer", spool)?.diffID == one)
        #expect(stream.place(of: "2/layer", spool)?.diffID == two)
        #expect(stream.place(of: "3/layer", spool) == nil)
    }

    @Test func aLayerOfTwoPlacesWaits() throws {
        try HostFile.write(
            scratch("manifest.json"),
            DockerArchive.manifest([
                DockerArchiveImage(config: "1", repoTags: nil, layers: ["layer"]),
                DockerArchiveImage(config: "2", repoTags: nil, layers: ["layer"]),
            ]))
        try scratch.write("1", config(Digest.sha256(of: "1".utf8).description))
        try scratch.write("2", config(Digest.sha256(of: "2".utf8).description))
        try scratch.shell("tar -cf in.tar manifest.json 1 2")
        try keep("in.tar", as: [DockerArchive.manifestName, "1", "2"])
        var stream = LayerStream()
        #expect(stream.place(of: "layer", spool) == nil)
    }
}
