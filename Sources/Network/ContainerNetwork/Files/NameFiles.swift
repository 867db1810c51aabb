internal import LinuxSystem
internal import Primitives

/// Writes the three files that name things inside a container, in place: they are bind-mounted by their inode.
struct NameFiles: Sendable {
    let folder: String

    var hosts: String { folder + "/hosts" }
    var resolver: String { folder + "/resolv.conf" }
    var hostname: String { folder + "/hostname" }
    private var resolverHash: String { resolver + ".hash" }

    func write(hosts text: String) throws(EngineError) { try write(text, to: hosts) }

    func write(hostname: String, domainname: String) throws(EngineError) {
        try write((domainname.isEmpty ? hostname : "\(hostname).\(domainname)") + "\n", to: self.hostname)
    }

    /// A resolv.conf that was edited since it was written is left alone.
    func write(resolver text: String) throws(EngineError) {
        if let current = try? HostFile.read(resolver, limit: 1 << 20),
            let hash = try? HostFile.read(resolverHash, limit: 4096),
            Self.hash(current) != String(decoding: hash, as: UTF8.self)
        {
            return
        }
        try write(text, to: resolver)
        try write(Self.hash(Array(text.utf8)), to: resolverHash)
    }

    private static func hash(_ bytes: [UInt8]) -> String { Digest.sha256(of: bytes).description }

    /// A file that says so already is left alone: cutting a file short makes some file systems wait for the disk.
    private func write(_ text: String, to path: String) throws(EngineError) {
        let bytes = Array(text.utf8)
        if let current = try? HostFile.read(path, limit: 1 << 20), current == bytes { return }
        do {
            try HostFile.write(path, bytes, mode: 0o644)
        } catch {
            throw .network(error, "write network files")
        }
    }
}
