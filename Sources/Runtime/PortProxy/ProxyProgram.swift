internal import LinuxSystem

/// `martlet-shim proxy MARK CONTAINER`: the program that a container's proxy is.
///
/// The daemon sends each port as a message over descriptor 3, the socket beside its text, and closes; from then on the
/// proxy has nothing to do with it, and goes on when the daemon is gone. It ends by SIGTERM. MARK and CONTAINER are for
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
            try channel.close()
            guard !fronts.isEmpty else { return 64 }
            try ProxyServer(fronts).run()
        } catch {
            return 70
        }
    }
}
