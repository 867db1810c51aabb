import APIModel
import LayerFS
import Primitives
import Testing

@testable import Engine

@Suite struct FramedContextsTests {
    private func body(_ contexts: [[String]]) -> [UInt8] {
        contexts.flatMap { frames in
            frames.flatMap { ContextFrames.head($0.utf8.count) + Array($0.utf8) } + ContextFrames.head(0)
        }
    }

    private func text(_ source: any ByteSource) throws -> String {
        var (bytes, piece) = ([UInt8](), [UInt8](repeating: 0, count: 3))
        while case let count = try piece.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [1, 2, 3, 5, 1000])
    func contextsAreTakenApart(chunk: Int) throws {
        let bytes = body([["one", " and a half"], [], ["three"]])
        let contexts = FramedContexts(MemorySource(bytes, chunk: chunk))
        #expect(try text(contexts.next()) == "one and a half")
        #expect(try text(contexts.next()) == "")
        #expect(try text(contexts.next()) == "three")
    }

    @Test func whatNobodyWantedIsSkipped() throws {
        let contexts = FramedContexts(MemorySource(body([["one", "more"], ["two"]]), chunk: 2))
        var piece = [UInt8](repeating: 0, count: 2)
        let first = contexts.next()
        _ = try piece.withUnsafeMutableBytes { try first.read(into: $0) }
        try contexts.skip()
        #expect(try text(contexts.next()) == "two")
    }

    @Test func aBodyThatEndsInAContextIsAnError() throws {
        let bytes = body([["one"], ["two"]])
        for end in 1..<bytes.count where end != body([["one"]]).count {
            let contexts = FramedContexts(MemorySource(Array(bytes[..<end])))
            #expect(throws: EngineError.self, "\(end)") {
                _ = try text(contexts.next())
                _ = try text(contexts.next())
            }
        }
    }

    @Test func lengthsAreBigEndian() {
        #expect(ContextFrames.head(0x0102_0304) == [1, 2, 3, 4] && ContextFrames.length([1, 2, 3, 4]) == 0x0102_0304)
    }
}

@Suite struct BuildOutputsTests {
    private func outputs(_ tags: [String], _ types: (String, [String: String])...) throws -> BuildOutputs {
        var request = BuildRequest()
        request.tags = tags
        request.outputs = types.map { BuildOutput(type: $0.0, attributes: $0.1) }
        return try BuildOutputs(request)
    }

    @Test func withoutOutputsTheImageIsKept() throws {
        let outputs = try outputs(["a", "b:1", "a:latest"])
        #expect(outputs.keepsImage && !outputs.isFetched && outputs.names.map(\.familiar) == ["a:latest", "b:1"])
    }

    @Test func whatIsOnlyFetchedHasNoName() throws {
        for type in ["local", "tar", "oci", "docker"] {
            let outputs = try outputs(["a"], (type, [:]))
            #expect(!outputs.keepsImage && outputs.isFetched && outputs.names.isEmpty)
        }
    }

    @Test func anImageHasItsNamesBesideTheTags() throws {
        let outputs = try outputs(["a"], ("image", ["name": "b,c:1"]), ("tar", [:]))
        #expect(
            outputs.keepsImage && outputs.isFetched && outputs.names.map(\.familiar) == ["a:latest", "b:latest", "c:1"])
    }

    @Test func whatIsNotThereIsAnError() {
        for (type, attributes) in [("registry", [:]), ("", [:]), ("tar", ["dest": "x"]), ("image", ["push": "true"])] {
            #expect(throws: EngineError.self, "\(type)") { try outputs([], (type, attributes)) }
        }
        #expect(throws: EngineError.self) { try outputs(["a@sha256:\(String(repeating: "0", count: 64))"]) }
        #expect(throws: EngineError.self) { try outputs([], ("image", ["name": "A"])) }
    }
}
