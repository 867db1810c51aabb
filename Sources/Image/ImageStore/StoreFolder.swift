internal import LinuxSystem
internal import Primitives

/// Where the store's files are: `<root>/image/<driver>/`.
struct StoreFolder: Sendable {
    let root: String
    let base: String

    init(root: String, driver: String) throws(SystemError) {
        self.root = root
        base = "\(root)/image/\(driver)"
        for folder in [base, "\(base)/blobs", "\(base)/blobs/sha256", pulled, temporary] {
            try HostDirectory.makeAll(folder)
        }
    }

    var database: String { "\(base)/images.db" }
    /// What pulls have loaded and not unpacked yet, by digest. It outlasts a crash, for the next pull to go on with.
    var downloads: String { "\(base)/downloads" }
    /// The bytes that layers were pulled as, by digest: see `PulledBytes`.
    var pulled: String { "\(base)/pulled" }
    func pulled(_ digest: Digest) -> String { "\(pulled)/\(digest.hex)" }
    /// Emptied at every start.
    var temporary: String { "\(base)/tmp" }
    var blobs: String { "\(base)/blobs/sha256" }
    func blob(_ digest: Digest) -> String { "\(blobs)/\(digest.hex)" }

    /// Bytes of a config; nil when they are missing, unreadable or not what the name says.
    func readBlob(_ digest: Digest, limit: Int) -> [UInt8]? {
        guard let bytes = try? HostFile.read(blob(digest), limit: limit), Digest.sha256(of: bytes) == digest else {
            return nil
        }
        return bytes
    }

    func writeBlob(_ digest: Digest, _ bytes: [UInt8]) throws(SystemError) {
        try HostFile.replace(blob(digest), with: bytes)
    }

    /// Moves a file out of the way, to `<root>/lost/`, and says where it went.
    func setAside(_ path: String) -> String? {
        guard HostFile.exists(path) else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? "file"
        let target = "\(root)/lost/\(name).\(Timestamp.now().nanoseconds)"
        do {
            try HostDirectory.makeAll("\(root)/lost")
            try HostFile.rename(path, to: target)
            return target
        } catch {
            return nil
        }
    }

    /// A new name in `temporary`.
    func newTemporaryPath() -> String { "\(temporary)/\(ContainerID.random().short)\(ContainerID.random().short)" }
}
