internal import ContentFetch
internal import LinuxSystem
internal import OrderedJSON
internal import Primitives
internal import Synchronization

/// What ADD has fetched by URL, kept for the builds that come: they only ask whether it is still that.
///
/// ```
/// <root>/build-downloads/pages/<digest of a URL>    what the server said, as JSON; its time is that of the last use
///                        contents/<digest>          the bytes, of one page or several
/// ```
///
/// A content is used when its digest is right, so nothing is synced: what a crash leaves half written is fetched again. When
/// there is too much, what was not used for the longest time goes. All calls block.
final class KeptDownloads: Sendable {
    /// A content and how it is asked for again.
    struct Page: Codable, Sendable, Equatable {
        /// Without user, password and query: for people.
        var address: String
        var digest: Digest
        /// Bytes.
        var size: Int64
        var tag: String?
        var lastModified: String?
        /// The content can't have changed since without another `lastModified`.
        var isKnownByTime = false
        var fetched: Timestamp

        /// Nil when its server can't be asked whether it has changed.
        var validators: ContentFetch.Validators? {
            let time = isKnownByTime ? lastModified : nil
            return tag == nil && time == nil ? nil : .init(tag: tag, lastModified: time)
        }
    }

    /// What there may be of all pages together.
    struct Bounds: Sendable {
        var bytes: Int64 = 4 << 30
        var pages = 1000
    }

    private let path: String
    private let bounds: Bounds
    /// Held by who changes something, so that no two write one file.
    private let changes = Mutex<Void>(())
    private var pages: String { path + "/pages" }
    private var contents: String { path + "/contents" }

    init(path: String, bounds: Bounds = Bounds()) {
        self.path = path
        self.bounds = bounds
    }

    static func id(of url: String) -> String { Digest.sha256(of: Array(url.utf8)).hex }

    private func content(_ digest: Digest) -> String { contents + "/" + digest.hex }

    /// Gives what is kept of a URL the name `path`, too; it stays there whatever becomes of it here. Nil when there is
    /// nothing, or nothing that is whole.
    func take(_ url: String, as path: String) -> Page? {
        let id = Self.id(of: url)
        guard let page = page(id) else { return nil }
        do {
            try HostFile.link(content(page.digest), as: path)
            guard try Self.digest(of: path) == page.digest else {
                try HostFile.remove(path)
                return nil
            }
            try FD.open(at: RawPath(pages + "/" + id), .readOnly).setTimes(accessed: .now, modified: .now)
            return page
        } catch {
            // Somebody took it away meanwhile, or it can't be read: it is fetched.
            try? HostFile.remove(path)
            return nil
        }
    }

    /// Keeps the file at `path`, which nobody changes any more. Errors: those of the disk.
    func keep(_ page: Page, of url: String, content file: String) throws {
        guard page.size <= bounds.bytes else { return }
        let bytes = try OrderedJSONEncoder().encode(page)
        try changes.withLock { _ in
            for folder in [pages, contents] { try HostDirectory.makeAll(folder, mode: 0o700) }
            // What is there may be damaged; the new one has been hashed.
            try HostFile.remove(content(page.digest))
            try HostFile.link(file, as: content(page.digest))
            try HostFile.replace(pages + "/" + Self.id(of: url), with: bytes, isDurable: false)
            try shrink()
        }
    }

    private func page(_ id: String) -> Page? {
        // What can't be read is written anew by the next download.
        guard let bytes = try? HostFile.read(pages + "/" + id, limit: 64 << 10) else { return nil }
        return try? OrderedJSONDecoder().decode(Page.self, from: bytes)
    }

    private static func digest(of path: String) throws -> Digest? {
        let file = try FD.open(at: RawPath(path), [.readOnly, .noFollow])
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        var hash = SHA256()
        while case let count = try file.read(into: buffer), count > 0 {
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        return Digest(sha256Hex: hash.hex)
    }
}

// What there is, and taking it away.
extension KeptDownloads {
    struct Entry: Sendable {
        /// Digest of the URL.
        var id: String
        var page: Page
        /// An entry before this one has the same content.
        var isShared: Bool
        var used: Timestamp
    }

    /// What was used last comes last.
    func all() throws -> [Entry] {
        guard HostFile.exists(pages) else { return [] }
        var seen: Set<Digest> = []
        return try HostDirectory.entries(pages).compactMap { id -> (String, Page, Timestamp)? in
            guard let page = page(id), let used = try? HostFile.status(pages + "/" + id).modified else { return nil }
            return (id, page, Timestamp(seconds: used.seconds, nanoseconds: used.nanoseconds))
        }.sorted { $0.2 < $1.2 }.map { id, page, used in
            Entry(id: id, page: page, isShared: !seen.insert(page.digest).inserted, used: used)
        }
    }

    /// The bytes that are free now: none when another page has the same content.
    func remove(_ id: String) throws -> Int64 {
        try changes.withLock { _ in
            guard let page = page(id) else { return 0 }
            try HostFile.remove(pages + "/" + id)
            guard try !all().contains(where: { $0.page.digest == page.digest }) else { return 0 }
            try HostFile.remove(content(page.digest))
            return page.size
        }
    }

    /// Back to the bounds; and what a crash left without a page goes.
    private func shrink() throws {
        var rest = try all()
        var size = rest.reduce(0) { $0 + ($1.isShared ? 0 : $1.page.size) }
        while size > bounds.bytes || rest.count > bounds.pages, let oldest = rest.first {
            rest.removeFirst()
            try HostFile.remove(pages + "/" + oldest.id)
            if !rest.contains(where: { $0.page.digest == oldest.page.digest }) { size -= oldest.page.size }
        }
        let named = Set(rest.map(\.page.digest.hex))
        for name in try HostDirectory.entries(contents) where !named.contains(name) {
            try HostFile.remove(contents + "/" + name)
        }
    }
}
