import LinuxSystem
import Synchronization
import Testing

@testable import LayerFS

@Suite struct CaptureCheckTests {
    private struct Enough: Error {}

    /// A tebibyte of nothing takes a quarter of an hour to hash.
    @Test func whoAsksForAnEndGetsItWithinAFile() throws {
        let scratch = try Scratch()
        let root = try scratch.directory("root")
        try root.fd.open("huge", [.writeOnly, .create], mode: 0o644).truncate(to: 1 << 40)
        let asked = Mutex(0)
        var diff = LayerDiff(from: nil, to: root)
        diff.check = {
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            if count > 3 { throw Enough() }
        }
        #expect(throws: Enough.self) { try diff.settle() }
        #expect(throws: Enough.self) { try diff.copy(into: scratch.directory("copy")) }
        #expect(asked.withLock { $0 } == 5)
    }
}
