internal import APIModel
internal import LayerFS
internal import Primitives

/// Takes the contexts of a body apart, one after the other (`ContextFrames`). Used by one thread at a time.
final class FramedContexts: @unchecked Sendable {
    // Invariant: the sources that are given out are read one after the other, by who reads the body.
    private let body: any ByteSource
    fileprivate var rest = 0
    fileprivate var hasEnded = true

    init(_ body: any ByteSource) { self.body = body }

    /// The next one, once the last was read to its end.
    func next() -> any ByteSource {
        hasEnded = false
        return FramedContext(self)
    }

    /// What nobody wanted of the last one. Errors: a body that ends in it.
    func skip() throws {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while try piece.withUnsafeMutableBytes({ try read(into: $0) }) > 0 {}
    }

    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if rest == 0, !hasEnded {
            rest = try readLength()
            hasEnded = rest == 0
        }
        guard !hasEnded else { return 0 }
        let count = try body.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(rest)))
        guard count > 0 else { throw Self.ended }
        rest -= count
        return count
    }

    private func readLength() throws -> Int {
        var head: [UInt8] = []
        while head.count < ContextFrames.headLength {
            var part = [UInt8](repeating: 0, count: ContextFrames.headLength - head.count)
            let count = try part.withUnsafeMutableBytes { try body.read(into: $0) }
            guard count > 0 else { throw Self.ended }
            head += part[..<count]
        }
        return ContextFrames.length(head)
    }

    private static var ended: EngineError { EngineError(.badParameter, "the body ends within a context") }
}

private final class FramedContext: ByteSource {
    private let contexts: FramedContexts

    init(_ contexts: FramedContexts) { self.contexts = contexts }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try contexts.read(into: buffer) }
}
