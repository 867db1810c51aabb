import LinuxSystem
import Testing

@testable import LayerFS

@Suite struct ChangeTests {
    @Test func namesThatAreNoTextStayWhatTheyAre() throws {
        let scratch = try Scratch()
        let root = try scratch.directory("root")
        let name = RawPath([0x64, 0xff])
        try root.fd.makeDirectory(name, mode: 0o755)
        _ = try root.fd.open(name.appending("f"), [.writeOnly, .create], mode: 0o644)
        let changes = try LayerDiff(from: nil, to: root).changes()
        #expect(changes.map { Array($0.place.bytes) } == [[0x2f, 0x64, 0xff], [0x2f, 0x64, 0xff, 0x2f, 0x66]])
        #expect(changes.map(\.path) == ["/d\u{FFFD}", "/d\u{FFFD}/f"])
    }
}
