internal import LinuxSystem

/// The output of a command as a supervisor frames it: `[stream, 0, 0, 0, length: 32 bits big-endian]`, then the bytes.
enum OutputFrames {
    /// Reads to the end; 1 is output, 2 errors. A character that comes in two frames is given whole. Blocking.
    static func pump(_ stream: FDBox, _ take: (Int, [UInt8]) -> Void) {
        var head = [UInt8](repeating: 0, count: 8)
        var rests: [Int: [UInt8]] = [:]
        while read(stream, &head) {
            let length = head[4...].reduce(0) { $0 << 8 | Int($1) }
            guard length <= 1 << 20 else { break }
            var bytes = [UInt8](repeating: 0, count: length)
            guard read(stream, &bytes) else { break }
            let number = Int(head[0])
            let whole = (rests.removeValue(forKey: number) ?? []) + bytes
            let rest = incompleteTail(of: whole)
            if rest > 0 { rests[number] = whole.suffix(rest) }
            if whole.count > rest { take(number, Array(whole.dropLast(rest))) }
        }
        for (number, rest) in rests.sorted(by: { $0.key < $1.key }) { take(number, rest) }
    }

    /// How many bytes at the end are the beginning of a character of UTF-8.
    static func incompleteTail(of bytes: [UInt8]) -> Int {
        for (index, byte) in bytes.reversed().prefix(3).enumerated() where byte & 0xC0 != 0x80 {
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > index + 1 && byte < 0xF8 ? index + 1 : 0
        }
        return 0
    }

    /// Fills the whole buffer; false at the end.
    private static func read(_ stream: FDBox, _ buffer: inout [UInt8]) -> Bool {
        var filled = 0
        while filled < buffer.count {
            let count = try? buffer.withUnsafeMutableBytes { raw in
                try stream.fd.read(into: UnsafeMutableRawBufferPointer(rebasing: raw[filled...]))
            }
            guard let count, count > 0 else { return false }
            filled += count
        }
        return true
    }
}
