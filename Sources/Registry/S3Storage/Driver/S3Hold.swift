internal import NIOCore
internal import Primitives
internal import RegistryStorage

/// A lock in a bucket: an object whose name says what its holder does, `share-…` or `sweep-…`.
///
/// What S3 answers is never older than what was written before (Amazon S3 user guide, "Data consistency model"). So who wants
/// to hold it writes his object first and looks at the others' then; of two who do so, one at least sees the other. A share
/// steps back for a sweep; a sweep stays, and waits for the shares to go. Objects are written anew while they are held; one
/// that was not for two minutes is of a process that has died.
final class S3Hold: StorageHold {
    static let folder = ".martlet/lock/"
    private static let (shares, sweeps) = ("share-", "sweep-")
    private static let dead = Duration.seconds(120)
    private static let renewed = Duration.seconds(20)
    private static let retry = Duration.milliseconds(250)

    private let client: S3Client
    private let key: String
    private let renewal: Task<Void, Never>

    private init(_ client: S3Client, _ key: String, _ headers: [(String, String)]) {
        self.client = client
        self.key = key
        // Ends when the hold is released, or nobody keeps it.
        renewal = Task {
            while (try? await Task.sleep(for: Self.renewed)) != nil {
                try? await client.put(ByteBuffer(), key, headers)
            }
        }
    }

    deinit { renewal.cancel() }

    func release() async {
        renewal.cancel()
        // It must not write the object again.
        await renewal.value
        // One that stays is dead before long.
        try? await client.remove([key])
    }

    static func take(
        below folder: String, exclusive: Bool, _ client: S3Client, _ headers: [(String, String)]
    ) async throws -> S3Hold {
        let name = (exclusive ? sweeps : shares) + UploadID().description
        let key = folder + name
        do {
            while true {
                try await client.put(ByteBuffer(), key, headers)
                if try await isFree(folder, for: name, client) { return S3Hold(client, key, headers) }
                if !exclusive { try await client.remove([key]) }
                try await Task.sleep(for: retry)
            }
        } catch {
            // Ends before this returns; a task of its own, as this one may be cancelled.
            await Task { try? await client.remove([key]) }.value
            throw error
        }
    }

    private static func isFree(_ folder: String, for name: String, _ client: S3Client) async throws -> Bool {
        var found: [(name: String, modified: Timestamp)] = []
        try await client.pages(prefix: folder) { page in
            found += page.objects.map { (String($0.key.dropFirst(folder.count)), $0.modified) }
        }
        // By the service's clock, not by this machine's.
        guard let now = found.first(where: { $0.name == name })?.modified else { return false }
        return !found.contains { now.since($0.modified) < dead && isAgainst($0.name, name) }
    }

    /// Of two sweeps, one goes before the other.
    static func isAgainst(_ other: String, _ name: String) -> Bool {
        if other.hasPrefix(sweeps) { return name.hasPrefix(shares) || other < name }
        return other.hasPrefix(shares) && name.hasPrefix(sweeps)
    }
}
