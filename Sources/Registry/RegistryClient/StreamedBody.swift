internal import ImageModel
internal import NIOCore
internal import Synchronization

/// A request's body whose length is known at its end. It is read once.
final class StreamedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private struct State {
        var count: Int64 = 0
        var failure: (any Error)?
    }

    private let pieces: BlobPieces
    private let state = Mutex(State())

    init(_ pieces: @escaping BlobPieces) { self.pieces = pieces }

    /// Bytes that were given to be sent.
    var count: Int64 { state.withLock { $0.count } }
    /// Why there are no more, if that was not their end.
    var failure: (any Error)? { state.withLock { $0.failure } }

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    struct Iterator: AsyncIteratorProtocol {
        let body: StreamedBody

        mutating func next() async throws -> ByteBuffer? { try await body.next() }
    }

    private func next() async throws -> ByteBuffer? {
        do {
            guard let piece = try await pieces() else { return nil }
            state.withLock { $0.count += Int64(piece.count) }
            return ByteBuffer(bytes: piece)
        } catch {
            state.withLock { $0.failure = error }
            throw error
        }
    }
}
