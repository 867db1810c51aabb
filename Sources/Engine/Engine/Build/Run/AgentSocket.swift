internal import LinuxSystem
internal import Primitives

/// The socket in a command's container behind which is the client's SSH agent.
///
/// It lies in a private folder and is mounted into that container alone: nobody else reaches it.
final class AgentSocket: Sendable {
    private let listener: FDBox

    /// Makes the socket `agent` in a folder. Errors: those of the disk.
    init(in folder: String, mode: UInt32, uid: UInt32, gid: UInt32) throws {
        let place = try FD.open(at: RawPath(folder), .directory)
        // A socket's path is short, a folder's may be long.
        listener = FDBox(try PacketSocket.listenForStreams(at: "/proc/self/fd/\(place.rawValue)/agent"))
        try place.setOwner("agent", uid: uid, gid: gid)
        try place.setMode("agent", mode)
    }

    /// Blocks, and gives each process that connects, until `close`.
    func serve(_ take: (ByteChannel) -> Void) throws {
        let poll = try EventPoll()
        try poll.add(listener.fd.rawValue, .readable)
        var isOpen = true
        while isOpen {
            try poll.wait(milliseconds: -1) { _, events in
                if events.contains(.hungUp) || events.contains(.failed) { isOpen = false }
            }
            while isOpen, let process = try listener.fd.accept() { take(ByteChannel(process)) }
        }
    }

    /// Nobody can connect any more.
    func close() { listener.fd.shutDown() }
}
