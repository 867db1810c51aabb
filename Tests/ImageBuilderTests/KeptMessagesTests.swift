import APIModel
import Testing

@testable import ImageBuilder

@Suite struct KeptMessagesTests {
    @Test func textsAreJoined() {
        var kept = KeptMessages()
        for number in 0..<100_000 { kept.add(ProgressMessage(stream: number.isMultiple(of: 2) ? "a" : "b")) }
        #expect(kept.messages.compactMap(\.stream).joined() == String(repeating: "ab", count: 50_000))
        #expect(kept.messages.count < 50 && kept.bytes < 200_000)
    }

    @Test func ofATransferTheNewestWordCounts() {
        var kept = KeptMessages()
        func word(_ id: String, _ current: Int64) -> ProgressMessage {
            var message = ProgressMessage(stream: nil)
            (message.id, message.status) = (id, "Downloading")
            message.progressDetail = .init(current: current, total: 9)
            return message
        }
        kept.add(ProgressMessage(stream: "Step"))
        for number in 0..<1000 { for id in ["a", "b"] { kept.add(word(id, Int64(number))) } }
        #expect(kept.messages.map(\.id) == [nil, "a", "b"])
        #expect(kept.messages.compactMap(\.progressDetail?.current) == [999, 999])
    }

    @Test func theLastIsKept() {
        var kept = KeptMessages()
        let part = String(repeating: "x", count: 3000)
        for number in 0..<100 { kept.add(ProgressMessage(stream: "\(number) " + part)) }
        kept.keepLast(10_000)
        #expect(
            kept.bytes <= 10_000 && kept.messages.first?.stream?.hasPrefix("97 ") == true && kept.messages.count == 3)
        kept.keepLast(1)
        #expect(kept.messages.map { $0.stream?.prefix(3) } == ["99 "])
    }
}
