import LayerFS
import LinuxSystem
import Primitives
import Testing

@Suite struct WriteAheadTests {
    @Test(arguments: [0, 1, 3, 4, 9, 10, 11]) func aTailIsWhatFollows(_ count: Int) throws {
        let collected = MemorySink()
        let tail = TailSink(collected, after: Int64(count))
        let data = Array(UInt8(0)..<10)
        for part in [data[..<3], data[3..<4], data[4...]] { try tail.write(Array(part)) }
        #expect(collected.bytes == Array(data.dropFirst(count)))
    }

    private struct Broken: Error {}

    private final class FailingSink: ByteSink {
        func write(_ bytes: UnsafeRawBufferPointer) throws { throw Broken() }
    }

    @Test(arguments: [0, 1, 7, 256 << 10, (1 << 20) + 5])
    func whatIsWrittenComesOutInOrder(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let sink = MemorySink()
        try WriteAhead.run(
            { output in
                for start in stride(from: 0, to: bytes.count, by: 100_003) {
                    try output.write(Array(bytes[start..<min(start + 100_003, bytes.count)]))
                }
            }, into: sink)
        #expect(sink.bytes == bytes)
    }

    @Test func aFailureComesAfterWhatWasWrittenBeforeIt() {
        let sink = MemorySink()
        #expect(throws: Broken.self) {
            try WriteAhead.run(
                { output in
                    try output.write([UInt8](repeating: 1, count: 256 << 10))
                    throw Broken()
                }, into: sink)
        }
        #expect(sink.bytes.count == 256 << 10)
    }

    @Test(arguments: [0, 1, 256 << 10, (1 << 20) + 5])
    func whatIsWrittenCanBeRead(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let read = try WriteAhead.run(
            { try $0.write(bytes) },
            reading: { source in
                var (read, piece) = ([UInt8](), [UInt8](repeating: 0, count: 70_001))
                while case let count = try piece.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
                    read += piece[..<count]
                }
                return read
            })
        #expect(read == bytes)
    }

    @Test func aReaderIsToldThatWhoWritesHasFailed() {
        #expect(throws: Broken.self) {
            try WriteAhead.run(
                { _ in throw Broken() },
                reading: { source in
                    var piece = [UInt8](repeating: 0, count: 10)
                    return try piece.withUnsafeMutableBytes { try source.read(into: $0) }
                })
        }
    }

    @Test func nothingIsReadWhenTheReadersWorkIsOver() throws {
        let source = try WriteAhead.run(
            { try $0.write([UInt8](repeating: 1, count: 8 << 20)) }, reading: { $0 })
        #expect(throws: SystemError.self) {
            var piece = [UInt8](repeating: 0, count: 10)
            _ = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
        }
    }

    @Test func whoMakesTheStreamIsToldWhenNobodyTakesIt() {
        let seen = Note()
        #expect(throws: Broken.self) {
            try WriteAhead.run(
                { output in
                    do {
                        while true { try output.write([UInt8](repeating: 1, count: 1 << 20)) }
                    } catch {
                        seen.keep("\(error)")
                        throw error
                    }
                }, into: FailingSink())
        }
        // It has ended by the time `run` returns.
        #expect(seen.text.contains("write"))
    }
}

private final class Note: Sendable {
    private let sink = MemorySink()
    func keep(_ text: String) { try? sink.write(Array(text.utf8)) }
    var text: String { String(decoding: sink.bytes, as: UTF8.self) }
}
