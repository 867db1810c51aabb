internal import LinuxSystem

/// `martlet-shim proxy MARK CONTAINER`: the program that a container's proxy is.
///
/// The daemon sends each port as a message over descriptor 3, the socket beside its text, and ends its side. The proxy says
/// one word when it serves, and closes; from then on it has nothing to do with the daemon, and goes on when that is gone.
/// It ends by SIGTERM. MARK and CONTAINER are for
/// who looks for it among the processes.
public enum ProxyProgram {
    public static let word = "proxy"

    /// Returns the exit code, if ever.
    public static func run(control: Int32 = 3) -> Int32 {
        do throws(SystemError) {
            var fronts: [(entry: ProxyEntry, socket: FDBox)] = []
            let channel = FD(owning: control)
            while let packet = try channel.receivePacket() {
                guard let entry = ProxyEntry(String(decoding: packet.bytes, as: UTF8.self)), fronts.count < 4096,
                    packet.descriptors.count == 1
                else { return 64 }
                fronts.append((entry, packet.descriptors[0]))
            }
            guard !fronts.isEmpty else { return 64 }
            let server = try ProxyServer(fronts)
            // Who asked may be gone already.
            try? channel.sendPacket(Array("ready".utf8))
            try channel.close()
            try server.run()
        } catch {
            return 70
        }
    }
}
