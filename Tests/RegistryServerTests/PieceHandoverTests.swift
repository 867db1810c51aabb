import NIOCore
import Testing

@testable import RegistryServer

@Suite struct PieceHandoverTests {
    private struct Trouble: Error {}

    @Test func piecesComeInOrderAndEnd() async throws {
        let pieces = PieceHandover()
        async let given: Void = {
            for number in 0..<100 { try await pieces.give(ByteBuffer(integer: UInt8(number))) }
            pieces.end()
        }()
        var taken: [UInt8] = []
        while let piece = try await pieces.next() { taken += Array(piece.readableBytesView) }
        try await given
        #expect(taken == Array(0..<100))
        #expect(try await pieces.next() == nil)
    }

    @Test func whoGivesLearnsThatNobodyTakes() async throws {
        let pieces = PieceHandover()
        let giver = Task { try await pieces.give(ByteBuffer(string: "never taken")) }
        // Whether it is offered already or not.
        pieces.end()
        await #expect(throws: PieceHandover.NobodyTakes.self) { try await giver.value }
        await #expect(throws: PieceHandover.NobodyTakes.self) { try await pieces.give(ByteBuffer()) }
    }

    @Test func aFailureComesToWhoTakes() async throws {
        let pieces = PieceHandover()
        let taker = Task { try await pieces.next() }
        pieces.end(Trouble())
        // The first word counts.
        pieces.end()
        await #expect(throws: Trouble.self) { _ = try await taker.value }
        await #expect(throws: Trouble.self) { _ = try await pieces.next() }
    }
}
