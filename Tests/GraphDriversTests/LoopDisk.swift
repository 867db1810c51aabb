import Foundation
import Primitives

/// A file system of its own in a file that has no name any more; it goes with the object.
final class LoopDisk: Sendable {
    let path: String

    /// `make` is a program such as `mkfs.btrfs` with its options.
    init(_ make: String, megabytes: Int = 256) throws {
        path = "/var/tmp/loop-test-\(UInt64.random(in: 0 ... .max))"
        try Self.shell(
            """
            mkdir \(path); trap 'rm -f \(path).img' EXIT; truncate -s \(megabytes)M \(path).img
            \(make) \(path).img >/dev/null; mount -o loop \(path).img \(path) || { rmdir \(path); exit 1; }
            """)
    }

    deinit { try? Self.shell("umount -l \(path); rmdir \(path)") }

    static func shell(_ script: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-euc", script]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw EngineError(.internal, "failed: \(script)") }
    }
}
