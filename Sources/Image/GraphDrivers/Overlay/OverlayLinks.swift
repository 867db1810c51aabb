import LinuxSystem

/// The folder of short names, `l`.
final class OverlayLinks: Sendable {
    private let folder: FDBox

    /// Removes links to layers that are gone.
    init(_ folders: LayerFolders) throws {
        do {
            try folders.root.fd.makeDirectory("l", mode: 0o700)
        } catch {
            if error.errno != 17 { throw error }
        }
        folder = FDBox(try folders.root.fd.open("l", [.directory]))
        for entry in try folder.fd.entries() where entry.kind == .symbolicLink {
            let target = try folder.fd.readLink(entry.name).string.split(separator: "/")
            let isKnown = target.count == 3 && folders.exists(String(target[1]))
            if !isKnown { try folder.fd.unlink(entry.name) }
        }
    }

    /// 50 bits of chance in ten letters.
    static func randomName() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        return String((0..<10).map { _ in letters[Int.random(in: 0..<letters.count)] })
    }

    func make(_ name: String, to id: String) throws {
        try folder.fd.makeSymbolicLink(RawPath(name), to: RawPath("../\(id)/diff"))
    }

    func sync() throws { try folder.fd.sync() }

    func remove(_ name: String) throws {
        do {
            try folder.fd.unlink(RawPath(name))
        } catch {
            if error.errno != 2 { throw error }
        }
    }
}
