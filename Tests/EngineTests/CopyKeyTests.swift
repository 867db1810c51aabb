import LinuxSystem
import Testing

@testable import Engine

@Suite struct CopyKeyTests {
    private func key(major: UInt32, minor: UInt32) -> String {
        var entry = ContextEntry(
            path: "dev", kind: .characterDevice, mode: 0o600, size: 0, modified: FileTime(seconds: 0))
        entry.device = ContextEntry.Device(major: major, minor: minor)
        return CopyKey.text(of: ContextEntries([entry]), at: "/")
    }

    @Test func anotherDeviceIsAnotherFile() {
        let keys = Set([key(major: 1, minor: 3), key(major: 1, minor: 5), key(major: 13, minor: 3)])
        #expect(keys.count == 3)
        #expect(key(major: 1, minor: 3) == key(major: 1, minor: 3))
    }
}
