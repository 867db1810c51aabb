/// The 512 bytes before each file: fields at fixed places (`tar(5)`).
struct TarHeaderBlock {
    static let size = 512
    enum Format { case v7, ustar, star, gnu }

    let bytes: UnsafeRawBufferPointer
    let format: Format

    /// Checks the checksum; `bytes` holds exactly one block.
    init(_ bytes: UnsafeRawBufferPointer) throws(TarError) {
        self.bytes = bytes
        guard let stored = TarNumber.parse(bytes[148..<156]) else { throw TarError("invalid tar header") }
        var unsigned: Int64 = 8 * 0x20
        var signed: Int64 = 8 * 0x20
        for index in 0..<512 where !(148..<156).contains(index) {
            unsigned += Int64(bytes[index])
            // Some old writers added the bytes up as signed.
            signed += Int64(Int8(bitPattern: bytes[index]))
        }
        guard stored == unsigned || stored == signed else { throw TarError("invalid tar header: bad checksum") }
        format = Self.format(of: bytes)
    }

    private static func format(of bytes: UnsafeRawBufferPointer) -> Format {
        let magic = bytes[257..<265]
        if magic.elementsEqual("ustar  \0".utf8) { return .gnu }
        guard magic.prefix(6).elementsEqual("ustar\0".utf8) else { return .v7 }
        return bytes[508..<512].elementsEqual("tar\0".utf8) ? .star : .ustar
    }

    var typeFlag: UInt8 { bytes[156] }

    func number(_ range: Range<Int>, _ field: StaticString) throws(TarError) -> Int64 {
        guard let value = TarNumber.parse(bytes[range]) else { throw TarError("invalid tar header: bad \(field)") }
        return value
    }

    func text(_ range: Range<Int>) -> [UInt8] {
        let field = bytes[range]
        return Array(field[..<(field.firstIndex(of: 0) ?? field.endIndex)])
    }

    var size: Int64 {
        get throws(TarError) {
            let size = try number(124..<136, "size")
            guard size >= 0 else { throw TarError("invalid tar header: negative size") }
            return size
        }
    }

    var name: [UInt8] {
        let name = text(0..<100)
        let prefix: [UInt8]
        switch format {
        case .ustar: prefix = text(345..<500)
        case .star: prefix = text(345..<476)
        case .v7, .gnu: return name
        }
        return prefix.isEmpty ? name : prefix + [0x2f] + name
    }

    static func isZero(_ block: UnsafeRawBufferPointer) -> Bool {
        for index in stride(from: 0, to: 512, by: 8)
        where block.loadUnaligned(fromByteOffset: index, as: UInt64.self) != 0 { return false }
        return true
    }
}
