internal import LinuxSystem

/// Between the shim and a child that has not executed its program yet: SOCK_SEQPACKET, close-on-exec on the child's
/// side, so that its end without a failure before it says "the program runs".
/// ```
///   shim                              child
///    |  -- M: identity maps written -->  |   (user namespaces only)
///    |  <-- P pid + pidfd -------------  |   (execs only: the process that will run the program)
///    |  <-- T + descriptor ------------  |   (terminals only: the master)
///    |  -- S: start ------------------>  |   (an exec's process waits for it first of all, its news come after P)
///    |  <-- F kind message, or end ----  |
/// ```
struct LaunchChannel {
    enum Message {
        case terminal(FDBox)
        case failure(StartFailure)
        /// The child's end is closed: it has executed its program, or died.
        case closed
    }

    let socket: FDBox

    // Child's side.

    func awaitMaps() throws(SystemError) { try expect(UInt8(ascii: "M")) }
    func awaitStart() throws(SystemError) { try expect(UInt8(ascii: "S")) }

    private func expect(_ letter: UInt8) throws(SystemError) {
        guard let packet = try socket.fd.receivePacket(capacity: 16), packet.bytes.first == letter else {
            // The shim gave up or died: nobody is left to tell.
            ChildProcess.exit(1)
        }
    }

    func send(terminal: FDBox) throws(SystemError) {
        try socket.fd.sendPacket([UInt8(ascii: "T")], descriptors: [terminal.fd.rawValue])
    }

    func send(born pid: Int32, _ pidfd: borrowing FD) throws(SystemError) {
        try socket.fd.sendPacket(Array("P\(pid)".utf8), descriptors: [pidfd.rawValue])
    }

    func send(_ failure: StartFailure) {
        let text = "F\(failure.kind.rawValue)\n\(failure.message)"
        // If the shim is gone there is nobody to tell.
        _ = try? socket.fd.sendPacket(Array(text.utf8.prefix(32_768)))
    }

    // The shim's side.

    func sendMaps() throws(SystemError) { try socket.fd.sendPacket([UInt8(ascii: "M")]) }
    func sendStart() throws(SystemError) { try socket.fd.sendPacket([UInt8(ascii: "S")]) }

    /// What the first child of an exec, which has ended, said last.
    func birth() throws(StartFailure) -> (pid: Int32, pidfd: FDBox) {
        guard let packet = try? socket.fd.receivePacket(waits: false) else {
            throw StartFailure(.other, "exec: the process ended before it was there")
        }
        let text = String(decoding: packet.bytes.dropFirst(), as: UTF8.self)
        if packet.bytes.first == UInt8(ascii: "P"), let pid = Int32(text), let pidfd = packet.descriptors.first {
            return (pid, pidfd)
        }
        throw Self.failure(text)
    }

    /// The next message; nil when there is none yet.
    func receive() -> Message? {
        do {
            guard let packet = try socket.fd.receivePacket(waits: false) else { return .closed }
            if packet.bytes.first == UInt8(ascii: "T"), let master = packet.descriptors.first {
                return .terminal(master)
            }
            return .failure(Self.failure(String(decoding: packet.bytes.dropFirst(), as: UTF8.self)))
        } catch {
            return error.errno == 11 ? nil : .closed
        }
    }

    private static func failure(_ text: String) -> StartFailure {
        let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let kind = parts.first.flatMap { StartFailure.Kind(rawValue: String($0)) } ?? .other
        return StartFailure(kind, parts.count > 1 ? String(parts[1]) : text)
    }
}
