public import LinuxSystem
internal import Primitives

/// Starts proxies and finds those of the daemon before.
public final class ProxyLauncher: Sendable {
    private let image: FDBox
    /// What the processes of this daemon have as their second word.
    private let mark: String

    /// `path` is the static `martlet-shim`.
    public init(path: String, mark: String) throws(SystemError) {
        image = FDBox(try SealedImage.copy(of: path))
        self.mark = mark
    }

    /// Starts a proxy with these ports; the sockets are bound, and stay the caller's too. It serves on return.
    ///
    /// Errors: of the spawn; ECHILD when the proxy ends instead, ETIMEDOUT when it says nothing for ten seconds.
    public func launch(container: String, _ fronts: [(ProxyEntry, FDBox)]) throws(SystemError) -> FDBox {
        let (mine, process) = try spawn(container)
        for (entry, socket) in fronts {
            try mine.fd.sendPacket(Array(entry.text.utf8), descriptors: [socket.fd.rawValue])
        }
        mine.fd.finishWriting()
        guard try mine.fd.wait(upTo: .seconds(10)) else {
            Self.end(process)
            throw SystemError(errno: 110, call: "start", subject: "martlet-shim proxy")
        }
        guard try mine.fd.receivePacket() != nil else {
            Self.end(process)
            throw SystemError(errno: 10, call: "start", subject: "martlet-shim proxy")
        }
        return process
    }

    /// The proxy alone has the other end of the channel afterwards.
    private func spawn(_ container: String) throws(SystemError) -> (FDBox, FDBox) {
        let (mine, theirs) = try PacketSocket.pair()
        let arguments = ["martlet-shim", ProxyProgram.word, mark, container]
        let (_, process) = try SealedImage.spawn(image.fd, arguments: arguments, control: theirs.fd)
        return (mine, process)
    }

    /// Every proxy with this mark that runs, by container.
    public static func running(mark: String) -> [(container: String, process: FDBox)] {
        let names = (try? HostDirectory.entries("/proc")) ?? []
        return names.compactMap { Int32($0) }.compactMap { pid in
            guard container(of: pid, mark) != nil, let process = try? ChildProcess.descriptor(of: pid),
                // Read again when the process is held: the number can't be another's any more.
                let container = container(of: pid, mark)
            else { return nil }
            return (container, FDBox(process))
        }
    }

    private static func container(of pid: Int32, _ mark: String) -> String? {
        let line = (try? HostFile.read("/proc/\(pid)/cmdline", limit: 4096)) ?? []
        let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.count == 4 && words[..<3] == ["martlet-shim", ProxyProgram.word, mark] ? words[3] : nil
    }

    /// Ends a proxy and waits until its ports are free. One that has ended is no error.
    public static func end(_ process: FDBox) {
        _ = try? ChildProcess.signal(process.fd, 9)
        _ = try? process.fd.wait(upTo: .seconds(5))
        // A child of this daemon is reaped here; another's by the machine's init.
        _ = try? ChildProcess.reap(process.fd)
    }
}
