internal import ImageModel
internal import NIOHTTP1
internal import Primitives

/// A blob that is sent in one request, and when that breaks off the rest of it in another, from where the registry says
/// it is.
actor RemoteUpload: BlobUpload {
    private let repository: RemoteRepository
    /// The last `Location`: registries keep their state in it.
    private var location: WebAddress

    /// In a row, without a byte that arrived.
    private static let mostFailures = 5

    init(_ repository: RemoteRepository, at answer: Answer) throws(RegistryError) {
        self.repository = repository
        location = try Self.location(of: answer, after: answer.url)
    }

    private static func location(of answer: Answer, after old: WebAddress) throws(RegistryError) -> WebAddress {
        guard let text = answer.header("location") else { return old }
        guard let url = old.resolving(text) else {
            throw RegistryError(.invalid, "the registry sends an upload to what is no web address")
        }
        return url
    }

    func send(_ pieces: @Sendable (_ offset: Int64) async throws -> BlobPieces) async throws {
        var (start, failures) = (Int64(0), 0)
        // What was sent in a request that broke off: the registry has some of it.
        var unsure: ClosedRange<Int64>?
        while true {
            var body: StreamedBody?
            do {
                if let sent = unsure {
                    // One that has just begun again may not answer this either.
                    let reached = try await position(in: sent)
                    if reached > start { failures = 0 }
                    (start, unsure) = (reached, nil)
                }
                let sending = StreamedBody(try await pieces(start))
                body = sending
                return try await patch(sending)
            } catch let error as RegistryError where Self.mayGoBetter(error) && failures < Self.mostFailures {
                if let failure = body?.failure { throw failure }
                if let body { unsure = start...start + body.count }
                failures += 1
                try await Task.sleep(for: .seconds(error.retryAfter ?? min(1 << (failures - 1), 10)))
            }
        }
    }

    /// A body that streams can't be sent again when its token has ended; asking for the position gets another.
    private static func mayGoBetter(_ error: RegistryError) -> Bool { error.isTemporary || error.status == 401 }

    private func patch(_ body: StreamedBody) async throws {
        let answer = try await repository.send(
            .PATCH, location, [("Content-Type", "application/octet-stream")], streaming: body)
        guard answer.status == 202 || answer.status == 204 || answer.status == 201 else { throw await answer.failure() }
        await answer.drop()
        location = try Self.location(of: answer, after: location)
    }

    /// How many bytes the registry has.
    private func position(in sent: ClosedRange<Int64>) async throws -> Int64 {
        let answer = try await repository.send(.GET, location, soon: true)
        guard answer.status == 204 || answer.status == 200 else { throw await answer.failure() }
        await answer.drop()
        location = try Self.location(of: answer, after: location)
        let reached = Self.received(answer.header("range"))
        guard sent.contains(reached) else {
            throw RegistryError(
                .invalid, "the registry has \(reached) bytes of an upload of which \(sent.upperBound) were sent")
        }
        return reached
    }

    /// Bytes that the registry has, by its `Range`: `0-9` are ten. `0-0` says nothing or one byte; nothing of importance is
    /// one byte long.
    static func received(_ range: String?) -> Int64 {
        let last = range?.split(separator: "-").last.flatMap { Int64($0) } ?? 0
        return last == 0 ? 0 : last.addingClamped(1)
    }

    func commit(_ digest: Digest) async throws {
        let url = location.adding("digest", digest.description)
        let answer = try await repository.send(.PUT, url, [("Content-Type", "application/octet-stream")], body: [])
        guard answer.isSuccess else { throw await answer.failure() }
        await answer.drop()
    }

    func cancel() async {
        guard let answer = try? await repository.send(.DELETE, location, soon: true) else { return }
        await answer.drop()
    }
}
