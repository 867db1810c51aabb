import LayerFS
import LinuxSystem
import Primitives
import TarCodec
import Testing

/// A layer that is copied while it is packed, on two threads.
@Suite(.enabled(if: isRoot, "needs root")) struct LayerCopyTests {
    /// More small files than a batch holds, with large ones and links in between.
    private func manyFiles() -> [(TarEntry, String)] {
        var files = [folder("d", mode: 0o2750), folder("d/deep")]
        for number in 0..<150 {
            let mode: UInt32 = [0o644, 0o600, 0o666, 0o4755, 0][number % 5]
            var made = file("d/f\(number)", String(repeating: "\(number)", count: number * 7), mode: mode)
            made.0.uid = Int64(number % 3)
            made.0.gid = Int64(number % 2)
            files.append(made)
            if number % 40 == 0 { files.append(file("d/large\(number)", String(repeating: "x", count: 300_000))) }
            if number % 50 == 0 { files.append(link("d/h\(number)", "d/f\(number)", hard: true)) }
            if number % 60 == 0 { files.append(link("d/deep/l\(number)", "../f\(number)")) }
        }
        return files + [file("z")]
    }

    private func tar(_ root: FDBox) throws -> [UInt8] {
        let sink = MemorySink()
        try LayerDiff(from: nil, to: root).write(to: sink)
        return sink.bytes
    }

    @Test func theCopyIsWhatItsDigestSays() throws {
        let scratch = try Scratch()
        let (root, copy) = (try scratch.directory("root"), try scratch.directory("copy"))
        try unpack(manyFiles(), into: root)
        try root.fd.open("d/f7", [.writeOnly]).setAttribute("user.k", to: [1, 0])
        let sparse = try root.fd.open("sparse", [.writeOnly, .create], mode: 0o600)
        try bytes("end").withUnsafeBytes { try sparse.writeAll($0, at: 1 << 20) }
        let applied = try LayerDiff(from: nil, to: root).copy(into: copy)
        #expect(try tar(copy) == tar(root))
        #expect(applied.diffID == Digest.sha256(of: try tar(root)))
        #expect(try copy.fd.open("d", .directory).stat("f50").links == 2)
        #expect(try copy.fd.stat("sparse").allocated < 1 << 20)
    }

    @Test(arguments: [0, 31, 32, 33, 149])
    func aFailureOfTheCopyIsTold(_ number: Int) throws {
        let scratch = try Scratch()
        let (root, copy) = (try scratch.directory("root"), try scratch.directory("copy"))
        try unpack((0..<150).map { file("f\(1000 + $0)", "1") }, into: root)
        // In the way of one of the files.
        _ = try copy.fd.open(RawPath("f\(1000 + number)"), [.writeOnly, .create], mode: 0o600)
        #expect { try LayerDiff(from: nil, to: root).copy(into: copy) } throws: { ($0 as? SystemError)?.errno == 17 }
    }

    /// Whoever called removes what is there.
    @Test func nothingIsMadeAfterAFailure() throws {
        let scratch = try Scratch()
        let (root, copy) = (try scratch.directory("root"), try scratch.directory("copy"))
        try unpack((0..<2000).map { file("f\(10_000 + $0)", "1") }, into: root)
        _ = try copy.fd.open("f10001", [.writeOnly, .create], mode: 0o600)
        #expect(throws: SystemError.self) { try LayerDiff(from: nil, to: root).copy(into: copy) }
        #expect(try scratch.tree(copy) == ["f10000", "f10001"])
    }
}
