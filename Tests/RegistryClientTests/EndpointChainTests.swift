import ImageModel
import Primitives
import Synchronization
import Testing

@testable import RegistryClient

/// An endpoint that gives the first bytes of a blob and then fails, or doesn't.
private final class ScriptedEndpoint: ImageSource {
    static let content: [UInt8] = Array("0123456789".utf8)
    private let given: Int
    private let failure: RegistryError?
    private let has: Bool
    let asked = Mutex<[Int64]>([])

    init(giving given: Int = 10, failing failure: RegistryError? = nil, has: Bool = true) {
        self.given = given
        self.failure = failure
        self.has = has
    }

    var offsets: [Int64] { asked.withLock { $0 } }

    func manifest(_ reference: String) async throws -> FetchedManifest {
        if let failure { throw failure }
        return FetchedManifest(bytes: Self.content, mediaType: "", digest: .sha256(of: Self.content))
    }

    func blob(
        _ blob: OCIDescriptor, from offset: Int64, _ take: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        asked.withLock { $0.append(offset) }
        let bytes = Self.content[Int(offset)...].prefix(given)
        if !bytes.isEmpty { try await take(Array(bytes)) }
        if let failure { throw failure }
    }

    func size(of blob: Digest) async throws -> Int64? { has ? 10 : nil }
    func tags() async throws -> [String] { [] }
}

@Suite struct EndpointChainTests {
    private static let broken = RegistryError(.unreachable, "unexpected EOF")
    private static let missing = RegistryError(.refused(code: "BLOB_UNKNOWN", status: 404), "blob unknown to registry")
    private static let digest = Digest.sha256(of: ScriptedEndpoint.content)
    private static let blob = OCIDescriptor(mediaType: nil, digest: digest, size: 10)

    private static func load(_ chain: EndpointChain) async throws -> [UInt8] {
        let found = Mutex<[UInt8]>([])
        try await chain.blob(blob, from: 0) { bytes in found.withLock { $0 += bytes } }
        return found.withLock { $0 }
    }

    @Test func aBlobThatBreaksOffComesFromTheNextFromThereOn() async throws {
        let (mirror, registry) = (ScriptedEndpoint(giving: 4, failing: Self.broken), ScriptedEndpoint())
        #expect(try await Self.load(EndpointChain([mirror, registry])) == ScriptedEndpoint.content)
        #expect(mirror.offsets == [0] && registry.offsets == [4])
    }

    @Test func whoRefusesIsAskedForTheNextBlob() async throws {
        let (mirror, registry) = (ScriptedEndpoint(giving: 0, failing: Self.missing), ScriptedEndpoint())
        let chain = EndpointChain([mirror, registry])
        for _ in 0..<2 { #expect(try await Self.load(chain) == ScriptedEndpoint.content) }
        #expect(mirror.offsets == [0, 0])
    }

    @Test func whoCannotBeReachedIsAskedNoMore() async throws {
        let (mirror, registry) = (ScriptedEndpoint(giving: 0, failing: Self.broken), ScriptedEndpoint())
        let chain = EndpointChain([mirror, registry])
        for _ in 0..<2 { #expect(try await Self.load(chain) == ScriptedEndpoint.content) }
        #expect(mirror.offsets == [0])
        #expect(try await chain.manifest("latest").bytes == ScriptedEndpoint.content)
    }

    @Test func theLastOnesFailureIsTheAnswer() async throws {
        let chain = EndpointChain([
            ScriptedEndpoint(giving: 0, failing: Self.broken), ScriptedEndpoint(giving: 0, failing: Self.missing),
        ])
        await #expect(throws: Self.missing) { try await Self.load(chain) }
    }

    @Test func aSizeIsKnownWhereOneEndpointHasTheBlob() async throws {
        let without = ScriptedEndpoint(has: false)
        #expect(try await EndpointChain([without, ScriptedEndpoint()]).size(of: Self.digest) == 10)
        #expect(try await EndpointChain([without, without]).size(of: Self.digest) == nil)
    }

    /// A local failure is not tried again elsewhere.
    @Test func onlyWhatCameIsAReasonForAnotherEndpoint() {
        let wrapped = EngineError(.internal, "x", cause: Self.missing)
        for error in [Self.missing, wrapped, EngineError(.badParameter, "verification failed")] as [any Error] {
            #expect(RegistryClient.isOfWhatCame(error))
        }
        for error in [Self.broken, EngineError(.internal, "no space left"), CancellationError()] as [any Error] {
            #expect(!RegistryClient.isOfWhatCame(error))
        }
    }
}
