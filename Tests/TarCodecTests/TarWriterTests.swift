import TarCodec
import Testing

@Suite struct TarWriterTests {
    @Test func plainEntriesNeedNoPaxHeader() throws {
        let header = try TarWriter.header(for: TarEntry(kind: .file, name: bytes("a"), mode: 0o4755, size: 9))
        #expect(header.count == 512)
        #expect(Array(header[100..<108]) == bytes("0004755\0"))
        #expect(Array(header[124..<136]) == bytes("00000000011\0"))
        #expect(Array(header[257..<265]) == bytes("ustar\u{0}00"))
    }

    @Test func whatDoesNotFitGoesToPaxAndComesBack() throws {
        let entry = TarEntry(
            kind: .file, name: bytes("ümläut/" + String(repeating: "y", count: 120)), mode: 0o600, uid: 3_000_000,
            gid: 1 << 33, size: 1 << 40, modified: TarTime(seconds: -5, nanoseconds: 1),
            userName: bytes(String(repeating: "u", count: 40)), groupName: bytes("gruppé"),
            attributes: [TarAttribute(name: bytes("security.capability"), value: [1, 0, 0, 2, 0x0a])])
        let header = try TarWriter.header(for: entry)
        var reader = TarReader()
        let event = try header.withUnsafeBytes { try reader.step($0).event }
        #expect(event == .entry(entry))
    }

    /// Bytes 0 … 511 that Go's archive/tar gives for this header in PAX format.
    @Test func paxHeaderStandsBesideTheFile() throws {
        let entry = TarEntry(kind: .file, name: bytes("dir/é"), modified: TarTime(seconds: 1, nanoseconds: 500_000_000))
        let header = try TarWriter.header(for: entry)
        #expect(header.count == 3 * 512)
        #expect(String(decoding: header[0..<18], as: UTF8.self) == "dir/PaxHeaders.0/\0")
        #expect(header[156] == UInt8(ascii: "x"))
        #expect(String(decoding: header[512..<542], as: UTF8.self) == "13 mtime=1.5\n15 path=dir/é\n".padded(to: 30))
        #expect(String(decoding: header[1024..<1029], as: UTF8.self) == "dir/\0")
    }

    @Test func directoriesEndInASlash() throws {
        let header = try TarWriter.header(for: TarEntry(kind: .directory, name: bytes("d")))
        #expect(String(decoding: header[..<3], as: UTF8.self) == "d/\0")
    }

    @Test func recordLengthsCountThemselves() throws {
        for count in [80, 84, 85, 86, 87, 88, 89, 90, 91, 980, 985, 986, 987, 988, 989, 990, 991] {
            let name = [UInt8](repeating: 0x61, count: count) + bytes("é")
            #expect(try unpack(try pack([(TarEntry(kind: .file, name: name), [])])).entries[0].name == name)
        }
    }

    @Test func whatCannotBeWrittenIsAnError() {
        #expect(throws: TarError.self) { try TarWriter.header(for: TarEntry(kind: .file, name: [])) }
        #expect(throws: TarError.self) { try TarWriter.header(for: TarEntry(kind: .file, name: [0x61, 0])) }
        #expect(throws: TarError.self) {
            try TarWriter.header(for: TarEntry(kind: .blockDevice, name: bytes("d"), deviceMajor: 1 << 30))
        }
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: "\0", count: max(0, width - utf8.count)) }
}
