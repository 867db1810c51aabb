import HostSystem
import NIOCore
import Primitives
import S3Storage
import Testing

@testable import RegistryStorage

/// What every driver keeps; run against each.
@Suite struct StorageDriverSuite {
    enum Kind: CaseIterable, Sendable {
        case filesystem, memory, s3
    }

    static func with(_ kind: Kind, _ body: (any StorageDriver) async throws -> Void) async throws {
        switch kind {
        case .memory: try await body(InMemoryDriver())
        case .filesystem:
            let folder = Scratch()
            try await body(FileSystemDriver(root: folder.path))
        case .s3:
            let driver = try S3Driver(try ObjectService.settings())
            do { try await body(driver) } catch {
                await driver.shutDown()
                throw error
            }
            await driver.shutDown()
        }
    }

    private let path = StoragePath("docker", "a", "file")

    @Test(arguments: Kind.allCases) func whatIsPutComesBack(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            try await driver.put([1, 2, 3], at: path)
            #expect(try await driver.content(path, limit: 3) == [1, 2, 3])
            try await driver.put([], at: path)
            #expect(try await driver.content(path, limit: 3) == [])
            #expect(try await driver.entry(path).size == 0)
        }
    }

    @Test(arguments: Kind.allCases) func whatIsNotThereIsNotFound(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            await expectFailure(.notFound) { _ = try await driver.content(path, limit: 3) }
            await expectFailure(.notFound) { _ = try await driver.entry(path) }
            await expectFailure(.notFound) { _ = try await driver.names(in: path) }
            await expectFailure(.notFound) { _ = try await driver.open(path) }
            await expectFailure(.notFound) { try await driver.move(path, to: StoragePath("b")) }
            await expectFailure(.notFound) { try await driver.remove(path) }
            let isThere = try await driver.exists(path)
            #expect(!isThere)
        }
    }

    @Test(arguments: Kind.allCases) func contentIsBounded(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            try await driver.put([1, 2, 3], at: path)
            await expectFailure(.unavailable) { _ = try await driver.content(path, limit: 2) }
        }
    }

    @Test(arguments: Kind.allCases) func namesAreInByteOrder(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            for name in ["b", "a-b", "a", "a0", "Z", "_x"] {
                try await driver.put([], at: StoragePath("docker", name, "link"))
            }
            #expect(try await driver.names(in: StoragePath("docker")) == ["Z", "_x", "a", "a-b", "a0", "b"])
            #expect(try await driver.entry(StoragePath("docker")).isFolder)
            #expect(try await driver.names(in: StoragePath("docker", "a")) == ["link"])
        }
    }

    @Test(arguments: Kind.allCases) func aWriterGoesOnWhereTheFileEnds(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            let first = try await driver.writer(path)
            try await first.write(ByteBuffer(string: "one "))
            try await first.close()
            let second = try await driver.writer(path)
            #expect(await second.size == 4)
            try await second.write(ByteBuffer(string: "two"))
            try await second.commit()
            #expect(try await driver.content(path, limit: 100) == Array("one two".utf8))
        }
    }

    @Test(arguments: Kind.allCases) func aPartIsRead(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            try await driver.put(Array("0123456789".utf8), at: path)
            let content = try await driver.open(path)
            #expect(content.size == 10)
            #expect(String(buffer: try await content.read(at: 3, count: 4)) == "3456")
            #expect(String(buffer: try await content.read(at: 8, count: 4)) == "89")
            #expect(try await content.read(at: 10, count: 4).readableBytes == 0)
        }
    }

    @Test(arguments: Kind.allCases) func aMoveTakesAnothersPlace(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            let target = StoragePath("elsewhere", "deep", "file")
            try await driver.put([1], at: target)
            try await driver.put([2], at: path)
            try await driver.move(path, to: target)
            #expect(try await driver.content(target, limit: 9) == [2])
            let isThere = try await driver.exists(path)
            #expect(!isThere)
        }
    }

    @Test(arguments: Kind.allCases) func aFolderGoesWithAllBelow(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            for name in ["x", "y/z"] { try await driver.put([1], at: StoragePath("docker", "a", name)) }
            try await driver.put([1], at: StoragePath("docker", "ab"))
            try await driver.remove(StoragePath("docker", "a"))
            #expect(try await driver.names(in: StoragePath("docker")) == ["ab"])
        }
    }

    @Test(arguments: Kind.allCases) func whatIsOpenIsNeverReadAsWhatReplacedIt(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            try await driver.put(Array("old".utf8), at: path)
            let content = try await driver.open(path)
            try await driver.put(Array("new!".utf8), at: path)
            if kind == .s3 {
                await expectFailure(.unavailable) { _ = try await content.read(at: 0, count: 10) }
            } else {
                #expect(String(buffer: try await content.read(at: 0, count: 10)) == "old")
            }
        }
    }

    @Test(arguments: Kind.allCases) func piecesMakeAPart(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 8) }
            try await driver.put(bytes, at: path)
            let content = try await driver.open(path)
            var taken = ByteBuffer()
            try await content.pieces(1..<699_999) { taken.writeImmutableBuffer($0) }
            #expect(Array(taken.readableBytesView) == Array(bytes[1..<699_999]))
            await #expect(throws: CancellationError.self) {
                try await content.pieces(0..<700_000) { _ in throw CancellationError() }
            }
        }
    }

    @Test(arguments: Kind.allCases) func whatIsNotFinishedIsKnownAndGoesOn(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            await expectFailure(.notFound) { _ = try await driver.unfinished(path) }
            let first = try await driver.writer(path)
            try await first.write(ByteBuffer(string: "one "))
            try await first.close()
            #expect(try await driver.unfinished(path).size == 4)
            let second = try await driver.writer(path)
            try await second.write(ByteBuffer(string: "two"))
            try await second.commit()
            #expect(try await driver.unfinished(path).size == 7)
            // A third to whom it is finished already.
            let third = try await driver.writer(path)
            #expect(await third.size == 7)
            try await third.commit()
            #expect(try await driver.names(in: StoragePath("docker", "a")) == ["file"])
        }
    }

    // S3 takes parts from 5 MiB on; ten of a megabyte each end in between.
    @Test(arguments: Kind.allCases) func aFileGrowsPastAnyPart(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            let piece = ByteBuffer(repeating: 7, count: 1 << 20)
            for count in 1...12 {
                let writer = try await driver.writer(path)
                try await writer.write(piece)
                try await writer.close()
                #expect(try await driver.unfinished(path).size == Int64(count) << 20)
            }
            let last = try await driver.writer(path)
            try await last.commit()
            #expect(try await driver.entry(path).size == 12 << 20)
            // What is finished can be added to, too.
            let more = try await driver.writer(path)
            try await more.write(ByteBuffer(string: "more"))
            try await more.commit()
            let content = try await driver.open(path)
            #expect(String(buffer: try await content.read(at: 12 << 20, count: 9)) == "more")
        }
    }

    @Test(arguments: Kind.allCases) func whatIsNotFinishedGoesWithItsFolder(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            let writer = try await driver.writer(path)
            try await writer.write(ByteBuffer(repeating: 7, count: 6 << 20))
            try await writer.close()
            try await driver.remove(StoragePath("docker", "a"))
            await expectFailure(.notFound) { _ = try await driver.unfinished(path) }
            #expect(await (try driver.writer(path)).size == 0)
        }
    }

    @Test(arguments: Kind.allCases) func aLargeFileIsMoved(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            let writer = try await driver.writer(path)
            for number in 0..<12 { try await writer.write(ByteBuffer(repeating: UInt8(number), count: 1 << 20)) }
            try await writer.commit()
            let target = StoragePath("elsewhere", "file")
            try await driver.move(path, to: target)
            let content = try await driver.open(target)
            #expect(content.size == 12 << 20)
            #expect(try await content.read(at: (11 << 20) - 1, count: 2) == ByteBuffer(bytes: [10, 11]))
        }
    }

    // More than a page of S3's, which has fifty names here.
    @Test(arguments: Kind.allCases) func manyNamesAreAllThere(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            for number in 0..<120 { try await driver.put([], at: StoragePath("docker", "a", "\(number)", "link")) }
            #expect(try await driver.names(in: StoragePath("docker", "a")).count == 120)
            try await driver.remove(StoragePath("docker", "a"))
            await expectFailure(.notFound) { _ = try await driver.names(in: StoragePath("docker", "a")) }
        }
    }

    // In memory there is nobody to be shut out.
    @Test(arguments: [Kind.filesystem, .s3]) func aHoldShutsOutTheSweepOnly(_ kind: Kind) async throws {
        try await Self.with(kind) { driver in
            var (one, two) = (try await driver.hold(exclusive: false), try await driver.hold(exclusive: false))
            #expect(one != nil && two != nil)
            let sweep = Task { try await driver.hold(exclusive: true) }
            sweep.cancel()
            await #expect(throws: EngineError.self) { _ = try await sweep.value }
            for hold in [one, two] { await hold?.release() }
            (one, two) = (nil, nil)
            let alone = try await driver.hold(exclusive: true)
            #expect(alone != nil)
            await alone?.release()
        }
    }

    @Test func whoServesIsKnownToOthers() async throws {
        let folder = Scratch()
        let driver = FileSystemDriver(root: folder.path)
        var serving = try await driver.announceServing()
        #expect(try await driver.holdUnserved() == nil)
        withExtendedLifetime(serving) {}
        serving = nil
        let unserved = try await driver.holdUnserved()
        #expect(unserved != nil)
        await expectFailure(.conflict) { _ = try await driver.announceServing() }
        withExtendedLifetime(unserved) {}
    }
}

/// Expects an `EngineError` of a kind.
func expectFailure(
    _ kind: EngineError.Kind, _ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("nothing was thrown", sourceLocation: location)
    } catch {
        #expect((error as? EngineError)?.kind == kind, sourceLocation: location)
    }
}
