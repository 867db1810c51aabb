import ContentFetch
import LinuxSystem
import Primitives
import Testing

@testable import Engine

@Suite final class KeptDownloadsTests {
    private let folder = "/var/tmp/kept-downloads-test-\(UInt64.random(in: 0 ... .max))"
    private var store: String { folder + "/store" }

    init() throws { try HostDirectory.make(folder) }
    deinit { try? HostDirectory.removeTree(folder) }

    private func page(_ text: String, tag: String? = "\"1\"") -> KeptDownloads.Page {
        KeptDownloads.Page(
            address: "http://h/x", digest: .sha256(of: Array(text.utf8)), size: Int64(text.utf8.count), tag: tag,
            fetched: Timestamp(seconds: 0))
    }

    private func keep(_ text: String, of url: String, in kept: KeptDownloads) throws {
        let file = folder + "/fetched"
        try HostFile.remove(file)
        try HostFile.write(file, Array(text.utf8))
        try kept.keep(page(text), of: url, content: file)
    }

    /// What is kept of a URL, as a build gets it.
    private func content(_ url: String, _ kept: KeptDownloads) throws -> String? {
        let file = folder + "/taken"
        try HostFile.remove(file)
        guard kept.take(url, as: file) != nil else {
            #expect(!HostFile.exists(file))
            return nil
        }
        return String(decoding: try HostFile.read(file), as: UTF8.self)
    }

    @Test func keepsContentsByTheirURLs() throws {
        let kept = KeptDownloads(path: store)
        #expect(try content("http://h/a", kept) == nil)
        try keep("one", of: "http://h/a", in: kept)
        try keep("two", of: "http://h/a?q", in: kept)
        #expect(try content("http://h/a", kept) == "one" && content("http://h/a?q", kept) == "two")
        try keep("three", of: "http://h/a", in: kept)
        // As the next engine finds it.
        let next = KeptDownloads(path: store)
        #expect(try content("http://h/a", next) == "three")
        #expect(next.take("http://h/a", as: folder + "/other") == page("three"))
        #expect(try HostDirectory.entries(store + "/contents").count == 2)
    }

    @Test(arguments: ["content", "page"]) func whatIsDamagedIsNotUsed(_ part: String) throws {
        let kept = KeptDownloads(path: store)
        try keep("good", of: "http://h/a", in: kept)
        let digest = Digest.sha256(of: Array("good".utf8)).hex
        let names = ["content": "contents/" + digest, "page": "pages/" + KeptDownloads.id(of: "http://h/a")]
        try HostFile.write(store + "/" + (names[part] ?? ""), Array("evil".utf8))
        #expect(try content("http://h/a", kept) == nil)
        try keep("good", of: "http://h/a", in: kept)
        #expect(try content("http://h/a", kept) == "good")
    }

    @Test func aContentOfTwoPagesCountsOnce() throws {
        let kept = KeptDownloads(path: store)
        try keep("same", of: "http://h/a", in: kept)
        try keep("same", of: "http://h/b", in: kept)
        let entries = try kept.all()
        #expect(entries.count == 2 && entries.filter(\.isShared).count == 1)
        #expect(try kept.remove(KeptDownloads.id(of: "http://h/a")) == 0)
        #expect(try content("http://h/b", kept) == "same")
        #expect(try kept.remove(KeptDownloads.id(of: "http://h/b")) == 4)
        #expect(try HostDirectory.entries(store + "/contents").isEmpty && kept.remove("none") == 0)
    }

    @Test func whatWasNotUsedForLongGoesFirst() throws {
        let kept = KeptDownloads(path: store, bounds: .init(bytes: 10, pages: 3))
        for (name, second) in [("a", Int64(3)), ("b", 1), ("c", 2)] {
            try keep(name + "12", of: "http://h/" + name, in: kept)
            let page = try FD.open(at: RawPath(store + "/pages/" + KeptDownloads.id(of: "http://h/" + name)), .readOnly)
            try page.setTimes(accessed: FileTime(seconds: second), modified: FileTime(seconds: second))
        }
        try keep("d", of: "http://h/d", in: kept)
        #expect(try content("http://h/b", kept) == nil && content("http://h/a", kept) == "a12")
        #expect(try content("http://h/d", kept) == "d")
        try keep("much too long", of: "http://h/e", in: kept)
        #expect(try content("http://h/e", kept) == nil && kept.all().count == 3)
        #expect(try HostDirectory.entries(store + "/contents").count == 3)
    }

    /// RFC 9110, section 8.8.2.2: a file may have changed twice in the second it was sent in.
    @Test func aTimeIsAskedByOnlyWhenItIsOver() {
        typealias Page = KeptDownloads.Page
        let (modified, later) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:38 GMT")
        #expect(Page.isKnownByTime(modified, later) && !Page.isKnownByTime(modified, modified))
        #expect(!Page.isKnownByTime(modified, nil) && !Page.isKnownByTime(nil, later))
        var page = page("x", tag: nil)
        page.lastModified = modified
        #expect(page.validators == nil)
        page.isKnownByTime = true
        #expect(page.validators == ContentFetch.Validators(tag: nil, lastModified: modified))
    }
}
