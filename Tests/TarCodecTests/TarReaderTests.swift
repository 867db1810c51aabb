import Testing

@testable import TarCodec

@Suite struct TarReaderTests {
    static let sample: [(TarEntry, [UInt8])] = [
        (TarEntry(kind: .directory, name: bytes("etc/"), mode: 0o755, modified: TarTime(seconds: 1)), []),
        (TarEntry(kind: .file, name: bytes("etc/hosts"), uid: 7, gid: 8), bytes("127.0.0.1 localhost\n")),
        (TarEntry(kind: .symbolicLink, name: bytes("etc/link"), linkName: bytes("hosts")), []),
        (TarEntry(kind: .hardLink, name: bytes("etc/hard"), linkName: bytes("etc/hosts")), []),
        (TarEntry(kind: .characterDevice, name: bytes("null"), deviceMajor: 1, deviceMinor: 3), []),
        (TarEntry(kind: .fifo, name: bytes("fifo")), []),
        (TarEntry(kind: .file, name: bytes("empty")), []),
        (TarEntry(kind: .file, name: bytes("big")), (0..<1300).map { UInt8(truncatingIfNeeded: $0) }),
    ]

    @Test(arguments: [1, 7, 511, 512, 513, 4096, Int.max])
    func readsWhatWasWrittenWhateverTheSeams(chunk: Int) throws {
        let result = try unpack(try pack(Self.sample), chunk: chunk)
        #expect(result.sawEnd)
        #expect(result.entries.map(\.displayName) == Self.sample.map(\.0.displayName))
        #expect(result.contents == Self.sample.map(\.1))
        #expect(result.entries[1].uid == 7)
        #expect(result.entries[4].deviceMinor == 3)
        #expect(result.entries[3].displayLinkName == "etc/hosts")
    }

    @Test func itsFirstBlockTellsAnArchive() throws {
        let archive = try pack(Self.sample)
        #expect(TarReader.canBegin(with: archive))
        #expect(TarReader.canBegin(with: Array(archive[..<512])))
        #expect(!TarReader.canBegin(with: Array(archive[..<511])))
        // Of an empty one.
        #expect(TarReader.canBegin(with: TarWriter.end))
        #expect(!TarReader.canBegin(with: [UInt8](repeating: UInt8(ascii: "#"), count: 512)))
        var broken = archive
        broken[3] ^= 1
        #expect(!TarReader.canBegin(with: broken))
        #expect(!TarReader.canBegin(with: []))
    }

    @Test func anArchiveMayEndWithoutItsMark() throws {
        let result = try unpack(try pack(Self.sample, ends: false))
        #expect(result.entries.count == Self.sample.count)
        #expect(!result.sawEnd)
    }

    /// As Docker's client sends a context to which it adds the Dockerfile.
    @Test func theLastFilesBlockMayBeShort() throws {
        let bytes = try TarWriter.header(for: TarEntry(kind: .file, name: Array("f".utf8), size: 3)) + Array("abc".utf8)
        #expect(try unpack(bytes).contents == [Array("abc".utf8)])
        #expect(throws: TarError.self) { try unpack(Array(bytes.dropLast())) }
    }

    @Test func whatFollowsTheEndIsSwallowed() throws {
        let result = try unpack(try pack(Self.sample) + [UInt8](repeating: 7, count: 10_240), chunk: 1000)
        #expect(result.entries.count == Self.sample.count)
    }

    @Test func truncationIsAnError() throws {
        let whole = try pack(Self.sample, ends: false)
        for cut in [1, 100, 513, 1000] {
            #expect(throws: TarError.self) { try unpack(Array(whole[..<cut])) }
        }
    }

    @Test func aWrongChecksumIsAnError() throws {
        var archive = try pack(Self.sample)
        archive[3] ^= 1
        #expect(throws: TarError.self) { try unpack(archive) }
    }

    @Test func longNamesComeFromPaxAndGNUHeaders() throws {
        let long = bytes("dir/" + String(repeating: "x", count: 300))
        #expect(try unpack(try pack([(TarEntry(kind: .file, name: long), [1])])).entries[0].name == long)
        var gnu = Archive()
        gnu.add(type: "L", name: "././@LongLink", content: long + [0])
        gnu.add(type: "K", name: "././@LongLink", content: bytes("target") + [0])
        gnu.add(type: "2", name: "short", content: [])
        let entry = try unpack(gnu.bytes).entries[0]
        #expect(entry.name == long)
        #expect(entry.displayLinkName == "target")
    }

    @Test func paxValuesReplaceTheHeaders() throws {
        var archive = Archive()
        archive.add(type: "g", name: "global", content: bytes("17 path=not-this\n"))
        archive.add(
            type: "x", name: "p",
            content: bytes("15 mtime=-1.25\n12 size=999\n10 size=3\n13 uid=70000\n")
                + bytes("30 SCHILY.xattr.user.k=v\nw\0\0z\n"))
        archive.add(type: "0", name: "f", content: bytes("abc"))
        let result = try unpack(archive.bytes)
        #expect(result.entries[0].displayName == "f")
        #expect(result.entries[0].modified == TarTime(seconds: -2, nanoseconds: 750_000_000))
        #expect(result.entries[0].attributes == [TarAttribute(name: bytes("user.k"), value: bytes("v\nw\0\0z"))])
        #expect(result.entries[0].uid == 70000)
        #expect(result.contents[0] == bytes("abc"))
    }

    @Test func numbersInBase256() throws {
        var archive = Archive()
        archive.add(type: "0", name: "f", content: [], uid: [0x80, 0, 0, 0, 0, 1, 0, 0])
        #expect(try unpack(archive.bytes).entries[0].uid == 65536)
        archive = Archive()
        archive.add(type: "0", name: "f", content: [], uid: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe])
        #expect(try unpack(archive.bytes).entries[0].uid == -2)
    }

    @Test func sparseFilesOfPaxFormats() throws {
        let zeros = [UInt8](repeating: 0, count: 1000)
        let expected = bytes("ab") + zeros + bytes("cd") + [UInt8](repeating: 0, count: 96)
        let maps = [
            [
                "GNU.sparse.size=1100", "GNU.sparse.numblocks=2", "GNU.sparse.offset=0", "GNU.sparse.numbytes=2",
                "GNU.sparse.offset=1002", "GNU.sparse.numbytes=2",
            ],
            ["GNU.sparse.size=1100", "GNU.sparse.numblocks=2", "GNU.sparse.name=f", "GNU.sparse.map=0,2,1002,2"],
        ]
        for map in maps {
            var archive = Archive()
            archive.add(type: "x", name: "p", content: map.flatMap { pax($0) })
            archive.add(type: "0", name: "f", content: bytes("abcd"))
            #expect(try unpack(archive.bytes, chunk: 3).contents[0] == expected)
        }
        var archive = Archive()
        let keys = ["GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=real", "GNU.sparse.realsize=1100"]
        archive.add(type: "x", name: "p", content: keys.flatMap { pax($0) })
        let map = bytes("2\n0\n2\n1002\n2\n")
        archive.add(
            type: "0", name: "GNUSparseFile.0/f",
            content: map + [UInt8](repeating: 0, count: 512 - map.count) + bytes("abcd"))
        let result = try unpack(archive.bytes, chunk: 100)
        #expect(result.entries[0].displayName == "real")
        #expect(result.entries[0].size == 1100)
        #expect(result.contents[0] == expected)
    }

    @Test(arguments: [
        "GNU.sparse.map=0,2,1,2", "GNU.sparse.map=0,2,1002", "GNU.sparse.map=0,5", "GNU.sparse.map=2000,4",
        "GNU.sparse.map=9223372036854775807,4", "GNU.sparse.map=-1,4", "GNU.sparse.map=x",
    ])
    func badSparseMapsAreErrors(map: String) {
        var archive = Archive()
        archive.add(type: "x", name: "p", content: pax("GNU.sparse.size=1100") + pax(map))
        archive.add(type: "0", name: "f", content: bytes("abcd"))
        #expect(throws: TarError.self) { try unpack(archive.bytes) }
    }

    @Test(arguments: ["5 a=b\n", "999 path=x\n", "6 =bc\n", "path=x\n", "-6 a=b\n", "8 a=bc\n", "0 a=b\n"])
    func badPaxRecordsAreErrors(record: String) {
        var archive = Archive()
        archive.add(type: "x", name: "p", content: bytes(record))
        archive.add(type: "0", name: "f", content: [])
        #expect(throws: TarError.self) { try unpack(archive.bytes) }
    }

    @Test func limitsHold() throws {
        var archive = Archive()
        archive.add(type: "x", name: "p", content: [UInt8](repeating: 0x20, count: (1 << 20) + 1))
        #expect(throws: TarError.self) { try unpack(archive.bytes) }
        archive = Archive()
        for _ in 0..<17 { archive.add(type: "x", name: "p", content: []) }
        archive.add(type: "0", name: "f", content: [])
        #expect(throws: TarError.self) { try unpack(archive.bytes) }
        var limits = TarLimits()
        limits.entries = 3
        #expect(throws: TarError.self) { try unpack(try pack(Self.sample), limits: limits) }
        limits = TarLimits()
        limits.pathBytes = 5
        #expect(throws: TarError.self) { try unpack(try pack(Self.sample), limits: limits) }
    }

    @Test func whiteoutNames() {
        #expect(Whiteout(name: bytes(".wh.a")) == .removal(of: bytes("a")))
        #expect(Whiteout(name: bytes(".wh..wh..opq")) == .opaque)
        #expect(Whiteout(name: bytes(".wh..wh.plnk")) == .metadata)
        #expect(Whiteout(name: bytes("x.wh.a")) == nil)
    }
}

/// One pax record.
func pax(_ pair: String) -> [UInt8] {
    let parts = pair.split(separator: "=", maxSplits: 1)
    return PaxFormat.record(bytes(String(parts[0])), bytes(String(parts[1])))
}

/// Headers by hand, for what the writer does not write.
struct Archive {
    var bytes: [UInt8] = []

    mutating func add(type: Character, name: String, content: [UInt8], uid: [UInt8]? = nil) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ field: [UInt8], _ start: Int) { block.replaceSubrange(start..<start + field.count, with: field) }
        func octal(_ value: Int, _ width: Int) -> [UInt8] {
            let digits = String(value, radix: 8)
            return Array((String(repeating: "0", count: width - 1 - digits.count) + digits).utf8)
        }
        put(Array(name.utf8), 0)
        put(octal(0o644, 8), 100)
        put(uid ?? octal(0, 8), 108)
        put(octal(0, 8), 116)
        put(octal(content.count, 12), 124)
        put(octal(0, 12), 136)
        block[156] = type.asciiValue ?? 0
        put(Array("ustar\u{0}00".utf8), 257)
        put([UInt8](repeating: 0x20, count: 8), 148)
        put(octal(block.reduce(0) { $0 + Int($1) }, 7), 148)
        bytes += block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }
}
