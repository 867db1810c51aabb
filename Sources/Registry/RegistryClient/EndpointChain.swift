internal import ImageModel
internal import Primitives
internal import Synchronization

/// A repository at several endpoints: mirrors, and the registry behind them. Each manifest and each blob is asked for in their
/// order until one gives it; a blob that breaks off comes from the next from there on. An endpoint that can't be reached is
/// asked no more.
final class EndpointChain: ImageSource {
    private let endpoints: [any ImageSource]
    /// The first that is still asked.
    private let first = Mutex(0)

    /// At least one.
    init(_ endpoints: [any ImageSource]) {
        precondition(!endpoints.isEmpty)
        self.endpoints = endpoints
    }

    func manifest(_ reference: String) async throws -> FetchedManifest {
        try await asking { try await $0.manifest(reference) }
    }

    func blob(
        _ blob: OCIDescriptor, from offset: Int64, _ take: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let position = Mutex(offset)
        try await asking { endpoint in
            let start = position.withLock { $0 }
            try await endpoint.blob(blob, from: start) { bytes in
                try await take(bytes)
                position.withLock { $0 += Int64(bytes.count) }
            }
        }
    }

    /// One that has it not is no reason to believe that the next hasn't.
    func size(of blob: Digest) async throws -> Int64? {
        do {
            return try await asking { endpoint in
                guard let size = try await endpoint.size(of: blob) else { throw Self.unknown }
                return size
            }
        } catch let error as RegistryError where error == Self.unknown {
            return nil
        }
    }

    func tags() async throws -> [String] { try await asking { try await $0.tags() } }

    private static let unknown = RegistryError(.refused(code: "BLOB_UNKNOWN", status: 404), "blob unknown to registry")

    private func asking<Value>(_ question: (any ImageSource) async throws -> Value) async throws -> Value {
        var place = first.withLock { $0 }
        while true {
            do { return try await question(endpoints[place]) } catch let error as RegistryError {
                guard place + 1 < endpoints.count, !Task.isCancelled else { throw error }
                place += 1
                if error.reason == .unreachable { skip(to: place) }
            }
        }
    }

    private func skip(to place: Int) { first.withLock { $0 = max($0, place) } }
}
