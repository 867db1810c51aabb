import OrderedJSON
import Primitives
import Testing

@testable import RegistryStorage

@Suite struct ReferrersTests {
    private let store = RegistryStore(driver: InMemoryDriver())
    private let name: RepositoryName
    private let subject = Digest.sha256(of: "subject".utf8)

    init() throws { name = try RepositoryName(parsing: "a/b") }

    /// Pushes an index that refers to the subject, with so many bytes of annotations.
    private func push(_ number: Int, type: String = "application/x", size: Int) async throws -> Digest {
        let filler = String(repeating: "x", count: size)
        let document: JSONValue = [
            "schemaVersion": 2, "mediaType": .string(ManifestMediaType.index), "artifactType": .string(type),
            "manifests": [], "annotations": ["n": .string("\(number)"), "filler": .string(filler)],
            "subject": ["mediaType": "a/b", "digest": .string(subject.description), "size": 1],
        ]
        let bytes = document.serialized()
        let digest = Digest.sha256(of: bytes)
        _ = try await store.putManifest(bytes, as: .digest(digest), contentType: nil, in: name)
        return digest
    }

    private func pages(_ type: String? = nil) async throws -> [[Digest]] {
        var pages: [[Digest]] = []
        var last: Digest?
        while pages.count < 20 {
            let page = try await store.referrers(of: subject, in: name, artifactType: type, after: last)
            pages.append(page.entries.map(\.digest))
            last = page.entries.last?.digest
            if !page.hasMore { break }
        }
        return pages
    }

    @Test func largeOnesComeInPages() async throws {
        var pushed: [Digest] = []
        for number in 0..<6 { pushed.append(try await push(number, size: 1_500_000)) }
        // What is learnt the first time changes nothing.
        for _ in 0..<2 {
            let found = try await pages()
            #expect(found.map(\.count) == [2, 2, 2])
            #expect(found.joined().map(\.description) == pushed.map(\.description).sorted())
        }
    }

    @Test func pagesHoldOneTypeWhenOneIsAskedFor() async throws {
        var pushed: Set<Digest> = []
        for number in 0..<6 {
            let digest = try await push(number, type: number < 4 ? "wanted" : "other", size: 1_500_000)
            if number < 4 { pushed.insert(digest) }
        }
        let found = try await pages("wanted")
        #expect(found.map(\.count) == [2, 2] && Set(found.joined()) == pushed)
        #expect(try await pages("none") == [[]])
    }

    @Test func anOverlargeOneIsAPageOfItsOwn() {
        let large = Referrer(
            digest: subject, mediaType: "a/b", size: 1, artifactType: nil,
            annotations: ["a": .string(String(repeating: "x", count: 5 << 20))], subject: subject)
        var page = ReferrerPage()
        #expect(page.add(large) && !page.hasMore)
        #expect(!page.add(large) && page.hasMore && page.entries.count == 1)
    }

    @Test func littleStaysInMemory() {
        let cache = SubjectCache()
        for number in 0..<3_000 {
            let digest = Digest.sha256(of: "\(number)".utf8)
            let filler = String(repeating: "x", count: number % 3 == 0 ? 100_000 : 10_000)
            let referrer = Referrer(
                digest: digest, mediaType: "a/b", size: 1, artifactType: nil, annotations: ["a": .string(filler)],
                subject: subject)
            cache.keep(number % 2 == 0 ? referrer : nil, for: digest)
            #expect(cache[digest]?.subject == (number % 2 == 0 ? subject : nil))
        }
        #expect(cache.size > 0 && cache.size <= SubjectCache.limit)
    }
}
