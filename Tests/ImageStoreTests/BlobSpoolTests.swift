import LayerFS
import LinuxSystem
import Primitives
import Testing

@testable import ImageStore

@Suite struct BlobSpoolTests {
    private let scratch: Scratch
    private let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    init() throws { scratch = try Scratch() }

    private func spool(_ content: [UInt8], size: Int64? = nil) throws -> BlobSpool {
        try BlobSpool(path: scratch("blob"), digest: .sha256(of: content), size: size ?? Int64(content.count))
    }

    private static func readAll(_ source: any ByteSource) throws -> [UInt8] {
        var (result, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 40_000))
        while true {
            let count = try chunk.withUnsafeMutableBytes { try source.read(into: $0) }
            if count == 0 { return result }
            result += chunk[..<count]
        }
    }

    @Test func givesOutWhatComesWhileItComes() throws {
        let spool = try spool(bytes)
        let source = spool.source()
        let reading = Monitor<Result<[UInt8], any Error>?>(nil)
        PlatformThread.detach {
            let result = Result { try Self.readAll(source) }
            reading.change { $0 = result }
        }
        for start in stride(from: 0, to: bytes.count, by: 70_000) {
            try spool.append(Array(bytes[start..<min(bytes.count, start + 70_000)]))
        }
        try spool.finish()
        #expect(try reading.wait { $0 }.get() == bytes)
    }

    @Test func endsForNobodyWhenTheBytesAreWrong() throws {
        let spool = try spool(bytes)
        try spool.append(bytes.map { $0 ^ 1 })
        let source = spool.source()
        let error = #expect(throws: EngineError.self) { try spool.finish() }
        #expect(error?.message == "filesystem layer verification failed for digest \(spool.digest)")
        #expect(throws: EngineError.self) { try Self.readAll(source) }
        #expect(spool.hasEnded)
    }

    @Test func takesNoMoreThanItsSize() throws {
        let spool = try spool(bytes, size: 1000)
        try spool.append(Array(bytes[..<1000]))
        #expect(throws: EngineError.self) { try spool.append([0]) }
    }

    @Test func goesOnWithWhatIsLeftOver() throws {
        try spool(bytes).append(Array(bytes[..<100_000]))
        let second = try spool(bytes)
        #expect(second.count == 100_000)
        try second.append(Array(bytes[100_000...]))
        try second.finish()
        #expect(try Self.readAll(second.source()) == bytes)
    }

    /// What an earlier run has left may be damaged: then there is one more try, from the beginning.
    @Test func beginsAgainWhenWhatIsLeftOverIsDamaged() throws {
        try spool(bytes).append([UInt8](repeating: 9, count: 100_000))
        let second = try spool(bytes)
        try second.append(Array(bytes[100_000...]))
        #expect(throws: EngineError.self) { try second.finish() }
        #expect(!second.hasEnded)
        #expect(second.count == 0)
        try second.append(bytes)
        try second.finish()
        #expect(try Self.readAll(second.source()) == bytes)
    }

    @Test func whoWaitsHearsOfAFailure() throws {
        let spool = try spool(bytes)
        try spool.append(Array(bytes[..<10]))
        let source = spool.source()
        spool.fail(EngineError(.unavailable, "context canceled"))
        #expect(throws: EngineError.self) { try Self.readAll(source) }
    }
}
