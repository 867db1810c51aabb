internal import Dockerfile
internal import LinuxSystem
internal import Primitives

/// What a copy's sources are, as the cache finds it: names, kinds, modes, owners, links, devices, attributes and contents,
/// but no times.
enum CopyKey {
    /// `file:<digest>`, `dir:<digest>`; of several `multi:<digest>`.
    static func text(of sources: CopySources) -> String {
        let keys = sources.items.map(text)
        guard keys.count > 1 else { return keys.first ?? "" }
        return "multi:" + Digest.sha256(of: Array(keys.joined(separator: ",").utf8)).hex
    }

    /// Of all at a path and below it. Where a link leads elsewhere, or there is nothing, the whole context counts.
    static func text(of entries: ContextEntries, at path: String) -> String {
        let clean = RawPath(String(SlashPath.clean("/" + path).dropFirst()))
        let isKnown = clean.isEmpty || entries[clean].map { $0.kind != .symbolicLink } == true
        var hash = SHA256()
        if isKnown, let entry = entries[clean] { add(entry, to: &hash) }
        for entry in isKnown ? entries.below(clean) : entries.all[...] { add(entry, to: &hash) }
        return hash.hex
    }

    private static func text(_ item: CopySources.Item) -> String {
        var hash = SHA256()
        for parent in item.parents { add(parent, to: &hash) }
        switch item.content {
        case .tree(var entry, let below):
            // A folder's contents are copied, not the folder: its name is nobody's.
            entry.path = entry.kind == .directory ? RawPath("") : item.name
            add(entry, to: &hash)
            for entry in below { add(entry, to: &hash) }
            return (entry.kind == .directory ? "dir:" : "file:") + hash.hex
        case .document(let bytes):
            hash.update(Array("document ".utf8) + Array(item.name.bytes) + [0])
            hash.update(bytes)
        case .repository(let repository):
            hash.update(Array("repository \(repository.key)".utf8))
            return "dir:" + hash.hex
        case .fetched(let file):
            hash.update(Array("fetched ".utf8) + Array(item.name.bytes) + [0])
            hash.update(Array("\(file.digest) \(file.modified.seconds)".utf8))
        }
        return "file:" + hash.hex
    }

    /// Each part ends with a byte that can't be in it.
    private static func add(_ entry: ContextEntry, to hash: inout SHA256) {
        var bytes = Array(entry.path.bytes) + [0]
        bytes += "\(entry.kind.rawValue) \(entry.mode) \(entry.uid) \(entry.gid) \(entry.size)\n".utf8
        bytes += Array((entry.target ?? RawPath("")).bytes) + [0]
        if let device = entry.device { bytes += "\(device.major):\(device.minor)\n".utf8 }
        for attribute in entry.attributes {
            bytes += Array(attribute.name.bytes) + [0]
            bytes += "\(attribute.value.count)\n".utf8
            bytes += attribute.value
        }
        bytes += (entry.digest?.hex ?? "").utf8
        bytes.append(0)
        hash.update(bytes)
    }
}
