import OrderedJSON
import Primitives
import Testing

@testable import RegistryStorage

@Suite struct RepositoryNameTests {
    // OCI distribution-spec 1.1, "Pulling manifests".
    @Test(arguments: [
        "a", "a/b", "a.b", "a_b", "a__b", "a-b", "a---b", "0/1/2", "manifests", String(repeating: "a", count: 255),
    ])
    func takes(_ text: String) throws { #expect(try RepositoryName(parsing: text).description == text) }

    @Test(arguments: [
        "", "A", "a/", "/a", "a//b", ".a", "a.", "a..b", "a___b", "a._b", "a/../b", "..", "a b", "a\u{0}b", "ä", "a:b",
        "a\\b",
        String(repeating: "a", count: 256),
    ]) func refuses(_ text: String) {
        #expect(throws: RegistryError.self) { try RepositoryName(parsing: text) }
    }

    @Test func aRepositoryComesBeforeThoseBelowIt() {
        let sorted = ["a", "a/b", "a/b/c", "a-b", "a0", "b"]
        #expect(sorted.reversed().sorted(by: RepositoryName.precedes) == sorted)
    }
}

@Suite struct UploadIDTests {
    @Test func aNewOneCanBeRead() {
        let id = UploadID()
        #expect(UploadID(id.description) == id)
        #expect(id != UploadID())
        // RFC 9562, 5.4: version and variant.
        #expect(Array(id.description)[14] == "4" && "89ab".contains(Array(id.description)[19]))
    }

    @Test(arguments: [
        "", "..", "x", "00000000-0000-4000-8000-00000000000", "00000000-0000-4000-8000-00000000000G",
        "00000000/0000-4000-8000-000000000000", "000000000000-4000-8000-0000-00000000",
    ])
    func refuses(_ text: String) { #expect(UploadID(text) == nil) }
}

@Suite struct StoragePathTests {
    @Test(arguments: ["", ".", "..", "a/../b", "a//b", "/a", "a/", "a/./b", "a\u{0}"])
    func leadsElsewhere(_ text: String) { #expect(!StoragePath.isSafe(text)) }

    @Test(arguments: ["a", "a/b", "_layers", "...", "a..b", ".martlet"])
    func leadsDown(_ text: String) { #expect(StoragePath.isSafe(text)) }
}

@Suite struct ManifestDocumentTests {
    static let digest = "sha256:" + String(repeating: "0", count: 64)
    static let config = #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(digest)","size":2}"#

    private func read(_ text: String, _ type: String? = nil) throws -> ManifestDocument {
        try ManifestDocument(parsing: Array(text.utf8), contentType: type)
    }

    @Test func withoutAMediaTypeItIsOCIs() throws {
        #expect(
            try read(#"{"schemaVersion":2,"config":\#(Self.config),"layers":[]}"#).mediaType == ManifestMediaType.image)
        #expect(try read(#"{"schemaVersion":2,"manifests":[]}"#).mediaType == ManifestMediaType.index)
    }

    // OCI distribution-spec 1.1, "Listing Referrers": the config's type stands in for the artifact's.
    @Test func theArtifactsTypeIsTheConfigsWithoutOneOfItsOwn() throws {
        let plain = try read(#"{"schemaVersion":2,"config":\#(Self.config),"layers":[]}"#)
        #expect(plain.artifactType == "application/vnd.oci.image.config.v1+json")
        let own = try read(#"{"schemaVersion":2,"artifactType":"x/y","config":\#(Self.config),"layers":[]}"#)
        #expect(own.artifactType == "x/y")
        #expect(try read(#"{"schemaVersion":2,"manifests":[]}"#).artifactType == nil)
    }

    // Confusing one kind for another is an attack (CVE-2021-41190).
    @Test func anImageIsNotAlsoAnIndex() {
        #expect(throws: RegistryError.self) {
            try read(#"{"schemaVersion":2,"config":\#(Self.config),"layers":[],"manifests":[]}"#)
        }
        #expect(throws: RegistryError.self) {
            try read(#"{"schemaVersion":2,"mediaType":"\#(ManifestMediaType.index)","manifests":[],"layers":[]}"#)
        }
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"schemaVersion":1}"#, #"{"schemaVersion":"2"}"#, #"{"schemaVersion":2,"config":{}}"#,
        #"{"schemaVersion":2,"config":{"digest":"sha256:00","size":1}}"#, #"{"schemaVersion":2,"manifests":{}}"#,
        #"{"schemaVersion":2,"mediaType":7,"manifests":[]}"#,
        #"{"schemaVersion":2,"manifests":[{"digest":"\#(digest)","size":-1}]}"#,
        #"{"schemaVersion":2,"manifests":[{"digest":"\#(digest)"}]}"#,
    ]) func refuses(_ text: String) { #expect(throws: RegistryError.self) { try read(text) } }

    @Test func anyPrefixOfOneIsRefused() throws {
        let whole = Array(#"{"schemaVersion":2,"config":\#(Self.config),"layers":[\#(Self.config)]}"#.utf8)
        for count in 0..<whole.count {
            #expect(throws: RegistryError.self) { try ManifestDocument(parsing: Array(whole.prefix(count))) }
        }
    }
}
