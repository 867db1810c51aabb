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

    /// Starts a proxy with these ports; the sockets are bound, and stay the caller's too.
    public func launch(container: String, _ fronts: [(ProxyEntry, FDBox)]) throws(SystemError) -> FDBox {
        let (mine, theirs) = try PacketSocket.pair()
        let arguments = ["martlet-shim", ProxyProgram.word, mark, container]
        let (_, process) = try SealedImage.spawn(image.fd, arguments: arguments, control: theirs.fd)
        for (entry, socket) in fronts {
            try mine.fd.sendPacket(Array(entry.text.utf8), descriptors: [socket.fd.rawValue])
        }
        mine.fd.finishWriting()
        return process
    }

    /// Every proxy of this daemon that runs, by container.
    public func running() -> [(container: String, process: FDBox)] {
        let names = (try? HostDirectory.entries("/proc")) ?? []
        return names.compactMap { Int32($0) }.compactMap { pid in
            guard let process = try? ChildProcess.descriptor(of: pid),
                // Read after the process is held: the number can't be another's any more.
                let line = try? HostFile.read("/proc/\(pid)/cmdline", limit: 4096)
            else { return nil }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 4, words[0] == "martlet-shim", words[1] == ProxyProgram.word, words[2] == mark else {
                return nil
            }
            return (words[3], FDBox(process))
        }
    }

    /// Ends a proxy and waits until its ports are free. One that has ended is no error.
    public static func end(_ process: FDBox) {
        _ = try? ChildProcess.signal(process.fd, 9)
        _ = try? process.fd.wait(upTo: .seconds(5))
        // A child of this daemon is reaped here; another's by the machine's init.
        _ = try? ChildProcess.reap(process.fd)
    }
}
