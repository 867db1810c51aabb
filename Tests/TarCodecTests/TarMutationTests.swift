import Foundation
import TarCodec
import Testing

/// A small generator, so that a failure can be repeated from its seed.
struct XorShift: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

@Suite struct TarMutationTests {
    static func seeds() throws -> [[UInt8]] {
        var sparse = Archive()
        let keys = ["GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=real", "GNU.sparse.realsize=1100"]
        sparse.add(type: "x", name: "p", content: keys.flatMap { pax($0) })
        let map = bytes("2\n0\n2\n1002\n2\n")
        sparse.add(
            type: "0", name: "f", content: map + [UInt8](repeating: 0, count: 512 - map.count) + bytes("abcd"))
        sparse.add(type: "S", name: "old", content: [])
        sparse.add(type: "L", name: "long", content: bytes("some/long/name"))
        sparse.add(type: "0", name: "f", content: bytes("x"))
        let attributes = TarEntry(
            kind: .file, name: bytes("é"), modified: TarTime(seconds: 1, nanoseconds: 5),
            attributes: [TarAttribute(name: bytes("user.x"), value: [1, 2])])
        return try [pack(TarReaderTests.sample), sparse.bytes, pack([(attributes, bytes("hello"))])] + corpus().map(\.1)
    }

    /// Archives that once were worth a thought: what other programs write, and what none should.
    static func corpus() throws -> [(name: String, [UInt8])] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Corpus")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            (name, Array(try Data(contentsOf: folder.appending(path: name))))
        }
    }

    @Test func theCorpusIsRead() throws {
        let corpus = try Self.corpus()
        #expect(corpus.count >= 12)
        for (name, archive) in corpus {
            do {
                let found = try unpack(archive)
                #expect(found.sawEnd, "\(name)")
                #expect(name != "negative-size.tar" || found.entries.isEmpty, "\(name)")
            } catch let error as TarError {
                #expect(
                    ["global.tar", "largest-size.tar", "negative-size.tar", "no-name.tar"].contains(name),
                    "\(name): \(error)")
            } catch is TooLarge {
                #expect(name.hasPrefix("largest") || name.hasPrefix("sparse"), "\(name)")
            }
        }
    }

    /// Mutates, then mends the checksums, so that the mutation gets past the first gate.
    @Test(arguments: 1...24)
    func mutatedArchivesNeverCrash(seed: Int) throws {
        var random = XorShift(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
        let seeds = try Self.seeds()
        var accepted = 0
        for round in 0..<400 {
            var archive = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&archive, &random) }
            if round % 4 != 0 { mendChecksums(&archive) }
            let chunk = [Int.max, 1 + Int.random(in: 0..<700, using: &random)][round % 2]
            do {
                _ = try unpack(archive, chunk: chunk)
                accepted += 1
            } catch is TarError {
            } catch is TooLarge {
            }
        }
        #expect(accepted > 0)
    }

    private func mutate(_ archive: inout [UInt8], _ random: inout XorShift) {
        let place = Int.random(in: 0..<archive.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: archive[place] = UInt8.random(in: 0...255, using: &random)
        case 1: archive[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: archive.removeSubrange(place..<min(archive.count, place + Int.random(in: 1...512, using: &random)))
        case 3: archive.insert(contentsOf: [UInt8](repeating: 0x37, count: 12), at: place)
        case 4:
            // Into the middle of a header: size, type and magic live there.
            let block = place / 512 * 512 + Int.random(in: 100..<270, using: &random)
            if block < archive.count {
                archive[block] = bytes("0123456789xgLKS\0 \u{7f}").randomElement(using: &random) ?? 0
            }
        default:
            let block = place / 512 * 512
            archive.append(contentsOf: archive[block..<min(archive.count, block + 512)])
        }
        if archive.isEmpty { archive = [0] }
    }

    private func mendChecksums(_ archive: inout [UInt8]) {
        for start in stride(from: 0, to: archive.count - 511, by: 512)
        where archive[start + 257..<start + 262].elementsEqual(bytes("ustar")) {
            archive.replaceSubrange(start + 148..<start + 156, with: [UInt8](repeating: 0x20, count: 8))
            let sum = String(archive[start..<start + 512].reduce(0) { $0 + Int($1) }, radix: 8)
            let digits = String(repeating: "0", count: 6 - sum.count) + sum
            archive.replaceSubrange(start + 148..<start + 155, with: Array(digits.utf8) + [0])
        }
    }
}
