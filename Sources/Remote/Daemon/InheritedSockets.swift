internal import FoundationEssentials
internal import LinuxSystem
internal import Primitives

/// Listening sockets from systemd (`sd_listen_fds(3)`): LISTEN_FDS of them, from descriptor 3 on, for LISTEN_PID.
enum InheritedSockets {
    /// `number` nil is all. Errors: `badParameter` when none was handed in.
    static func descriptors(_ number: Int32?) throws(EngineError) -> [Int32] {
        let environment = ProcessInfo.processInfo.environment
        guard environment["LISTEN_PID"] == "\(DaemonProcess.pid)",
            let count = environment["LISTEN_FDS"].flatMap(Int32.init),
            count > 0
        else { throw EngineError(.badParameter, "No sockets found: fd:// needs socket activation") }
        guard let number else { return Array(3..<(3 + count)) }
        guard (3..<(3 + count)).contains(number) else {
            throw EngineError(.badParameter, "no inherited socket has descriptor \(number)")
        }
        return [number]
    }
}
