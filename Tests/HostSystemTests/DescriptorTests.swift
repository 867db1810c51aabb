import HostSystem
import Primitives
import Testing

@Suite struct DescriptorTests {
    @Test func bytesGoThroughAPairAndEndAtTheClose() throws {
        let (left, right) = try descriptorPair()
        let (writer, reader) = (left, right)
        try writer.write("hello")
        #expect(Descriptor.wait(for: [reader], milliseconds: 1000) == [reader])
        #expect(try reader.read() == Array("hello".utf8))
        writer.finishWriting()
        #expect(try reader.read().isEmpty)
        left.closeNow()
        right.closeNow()
    }

    @Test func waitingEndsWithoutNews() throws {
        let (left, right) = try descriptorPair()
        #expect(Descriptor.wait(for: [right], milliseconds: 0).isEmpty)
        left.closeNow()
        right.closeNow()
    }

    @Test func whereNobodyListensNobodyIsFound() {
        #expect { try Connection.unix("/nonexistent/engine.sock") } throws: {
            ($0 as? EngineError)?.kind == .notFound
        }
        let long = "/" + String(repeating: "x", count: 200)
        #expect { try Connection.unix(long) } throws: { ($0 as? EngineError)?.kind == .badParameter }
    }

    @Test func aStreamIsNoTerminal() throws {
        let (left, right) = try descriptorPair()
        let descriptor = left
        #expect(!descriptor.isTerminal)
        #expect(Terminal.size(of: descriptor) == nil)
        #expect(Terminal.makeRaw(descriptor) == nil)
        left.closeNow()
        right.closeNow()
    }

    @Test func signalsHaveNames() {
        #expect(SignalName.of(2) == "INT")
        #expect(SignalName.of(15) == "TERM")
        #expect(SignalName.of(60) == "60")
        #expect(!SignalPipe.forwarded.contains(9))
    }
}

private func descriptorPair() throws -> (Descriptor, Descriptor) {
    let (left, right) = try StreamPair.make()
    return (Descriptor(try #require(left.take())), Descriptor(try #require(right.take())))
}
