import Foundation
import LayerFS
import LinuxSystem
import Primitives
import Testing

@Suite struct CompressionTests {
    /// `printf 'hello, layer\n' | <tool>`, by gzip 1.12, bzip2 1.0.8, xz 5.4 and zstd 1.5.
    static let samples: [(Compression, [UInt8])] = [
        (
            .gzip,
            [
                0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xd7,
                0x51, 0xc8, 0x49, 0xac, 0x4c, 0x2d, 0xe2, 0x02, 0x00, 0x33, 0x31, 0x4d, 0xe6, 0x0d, 0x00, 0x00, 0x00,
            ]
        ),
        (
            .bzip2,
            [
                0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x86, 0xdd, 0xac, 0x0a, 0x00, 0x00,
                0x03, 0x51, 0x80, 0x00, 0x10, 0x40, 0x04, 0x22, 0x44, 0x90, 0x20, 0x20, 0x00, 0x31, 0x00, 0x30,
                0x20, 0x03, 0xd2, 0x14, 0x02, 0xde, 0x58, 0xd0, 0xbc, 0x5d, 0xc9, 0x14, 0xe1, 0x42, 0x42, 0x1b,
                0x76, 0xb0, 0x28,
            ]
        ),
        (
            .xz,
            [
                0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21, 0x01,
                0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00, 0x0c, 0x68, 0x65, 0x6c, 0x6c, 0x6f,
                0x2c, 0x20, 0x6c, 0x61, 0x79, 0x65, 0x72, 0x0a, 0x00, 0x00, 0x00, 0x00, 0xb6, 0x8b, 0xb8, 0xa4,
                0x77, 0xef, 0x98, 0xea, 0x00, 0x01, 0x25, 0x0d, 0x71, 0x19, 0xc4, 0xb6, 0x1f, 0xb6, 0xf3, 0x7d,
                0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a,
            ]
        ),
        (
            .zstd,
            [
                0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x69, 0x00, 0x00, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x2c, 0x20,
                0x6c, 0x61, 0x79, 0x65, 0x72, 0x0a, 0x82, 0xb5, 0xa9, 0x70,
            ]
        ),
        (
            .none,
            [
                0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x2c, 0x20, 0x6c, 0x61, 0x79, 0x65, 0x72, 0x0a,
            ]
        ),
    ]

    @Test(arguments: samples)
    func readsEveryFormat(_ kind: Compression, _ data: [UInt8]) throws {
        for chunk in [1, 3, 1000] {
            #expect(try decompress(data, chunk: chunk) == "hello, layer\n")
            #expect(try decompress(data + data, chunk: chunk) == "hello, layer\nhello, layer\n")
        }
        #expect(try DecompressedSource(MemorySource(data)).compression == kind)
    }

    @Test(arguments: samples.filter { $0.0 != .none })
    func breakingOffIsAnError(_ kind: Compression, _ data: [UInt8]) {
        for cut in 7..<data.count {
            #expect(throws: EngineError.self, "\(kind) \(cut)") { try decompress(Array(data[..<cut]), chunk: 5) }
        }
    }

    @Test(arguments: samples.filter { $0.0 != .none })
    func damageIsAnErrorOrHarmless(_ kind: Compression, _ data: [UInt8]) {
        for place in 6..<data.count {
            var broken = data
            broken[place] ^= 0x55
            do {
                _ = try decompress(broken, chunk: 100)
            } catch { #expect(error is EngineError) }
        }
    }

    @Test func emptyInputIsEmpty() throws {
        #expect(try decompress([], chunk: 1) == "")
    }

    @Test func gzipIsTheSameWhateverTheWrites() throws {
        let data = (0..<700_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) & 0x3f }
        var results: [[UInt8]] = []
        for size in [1000, 65_536, 700_000] {
            let (collected, start) = (MemorySink(), 0)
            let sink = GzipSink(collected)
            for place in stride(from: start, to: data.count, by: size) {
                try sink.write(Array(data[place..<min(data.count, place + size)]))
            }
            try sink.finish()
            results.append(collected.bytes)
        }
        #expect(results[0] == results[1] && results[1] == results[2])
        #expect(results[0].count < data.count)
        #expect(try readAll(MemorySource(results[0])) == data)
    }

    /// Words, chance, and chance that repeats: 64 KiB of each kind in many orders.
    static let kinds = [
        "w", "r", "wr", "rw", "rrrrrrrr", "wwrrwwrrrwrw", "rd", "ddddw", "dwrd", "rrrrrrrrrrrrrrrrrrrw",
    ]

    @Test(arguments: kinds) func gzipOfWhatGetsNoSmaller(_ kinds: String) throws {
        for odd in [0, 1, 777] {
            let data = mixed(kinds) + mixed("w").prefix(odd)
            let packed = try gzip(data, writes: 100_000)
            #expect(try gzip(data, writes: 1 << 20) == packed)
            #expect(try gzip(data, writes: 65_536) == packed)
            #expect(try readAll(MemorySource(packed)) == data)
            #expect(try gunzip(packed) == data)
            let words = kinds.filter { $0 == "w" }.count << 16
            let chance = data.count - words
            #expect(packed.count < chance + chance / 1000 + words / 2 + 1000)
        }
    }

    /// Memory that others have used before doesn't show in what is made.
    @Test func gzipIsTheSameEachTime() throws {
        let data = mixed("dwrdwwrrdrdw")
        let first = try gzip(data, writes: 100_000)
        for round in 0..<20 {
            _ = try gzip(mixed(["d", "w", "rd", "wdr"][round % 4]), writes: 1 << 20)
            #expect(try gzip(data, writes: round % 2 == 0 ? 1 << 20 : 65_536) == first)
        }
    }

    private func mixed(_ kinds: String) -> [UInt8] {
        var state: UInt64 = 7
        func next() -> UInt8 {
            // SplitMix64
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return UInt8(truncatingIfNeeded: word ^ (word >> 31))
        }
        return kinds.flatMap { kind -> [UInt8] in
            switch kind {
            case "w": return (0..<1 << 16).map { UInt8(0x61 + ($0 / 3) % 26) }
            case "d":
                // A third of it came before, but too far away for level 1.
                let part = (0..<22 << 10).map { _ in next() }
                return part + part.prefix(20 << 10) + (0..<22 << 10).map { _ in next() }
            default: return (0..<1 << 16).map { _ in next() }
            }
        }
    }

    private func gzip(_ data: [UInt8], writes: Int) throws -> [UInt8] {
        let collected = MemorySink()
        let sink = GzipSink(collected)
        for place in stride(from: 0, to: data.count, by: writes) {
            try sink.write(Array(data[place..<min(data.count, place + writes)]))
        }
        try sink.finish()
        return collected.bytes
    }

    /// By the program that everybody has.
    private func gunzip(_ packed: [UInt8]) throws -> [UInt8] {
        let scratch = try Scratch()
        try scratch.fd.fd.open("a.gz", [.writeOnly, .create], mode: 0o600).writeAll(packed)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-d", "\(scratch.path)/a.gz"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return try scratch.fd.fd.open("a", .readOnly).readAll()
    }

    /// FIPS 180-4 test vectors.
    @Test func sha256() {
        #expect(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        var hasher = SHA256()
        for _ in 0..<1000 { hasher.update([UInt8](repeating: 0x61, count: 1000)) }
        #expect(hasher.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    private func hash(_ text: String) -> String {
        var hasher = SHA256()
        for byte in text.utf8 { hasher.update([byte]) }
        return hasher.hex
    }

    private func decompress(_ data: [UInt8], chunk: Int) throws -> String {
        String(decoding: try readAll(MemorySource(data, chunk: chunk)), as: UTF8.self)
    }

    private func readAll(_ source: MemorySource) throws -> [UInt8] {
        let plain = try DecompressedSource(source)
        var (result, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        while true {
            let count = try buffer.withUnsafeMutableBytes { try plain.read(into: $0) }
            if count == 0 { return result }
            result += buffer[..<count]
        }
    }
}
