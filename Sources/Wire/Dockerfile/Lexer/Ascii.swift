/// The bytes that mean something in a Dockerfile.
enum Ascii {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let apostrophe = UInt8(ascii: "'")
    static let hash = UInt8(ascii: "#")
    static let dollar = UInt8(ascii: "$")
    static let less = UInt8(ascii: "<")
    static let equals = UInt8(ascii: "=")
    static let dash = UInt8(ascii: "-")
    static let slash = UInt8(ascii: "/")
    static let colon = UInt8(ascii: ":")
    static let backslash = UInt8(ascii: "\\")
    static let backtick = UInt8(ascii: "`")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let openBracket = UInt8(ascii: "[")

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// What separates the words of an instruction: tab, vertical tab, form feed, carriage return, space.
    static func isSeparator(_ byte: UInt8) -> Bool { byte == space || (byte >= tab && byte <= 13 && byte != lineFeed) }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// How many bytes the blank at an offset has, 0 when there is none: Unicode's white space, as Go's `unicode.IsSpace`.
    func blankLength(at offset: Int) -> Int {
        guard offset < endIndex else { return 0 }
        let first = self[offset]
        if first < 0x80 { return first == Ascii.space || (first >= 9 && first <= 13) ? 1 : 0 }
        guard offset + 1 < endIndex else { return 0 }
        let second = self[offset + 1]
        if first == 0xC2 { return second == 0x85 || second == 0xA0 ? 2 : 0 }
        guard offset + 2 < endIndex else { return 0 }
        let third = self[offset + 2]
        switch (first, second) {
        case (0xE1, 0x9A), (0xE3, 0x80): return third == 0x80 ? 3 : 0
        case (0xE2, 0x80): return third <= 0x8A || third == 0xA8 || third == 0xA9 || third == 0xAF ? 3 : 0
        case (0xE2, 0x81): return third == 0x9F ? 3 : 0
        default: return 0
        }
    }

    /// The first offset from `start` on that is no blank; the end if all are.
    func skippingBlanks(from start: Int) -> Int {
        var offset = start
        while offset < endIndex {
            let length = blankLength(at: offset)
            if length == 0 { break }
            offset += length
        }
        return offset
    }

    /// The part from an offset on without blanks at its end.
    func trimmedEnd(from start: Int) -> Int {
        var end = start
        var offset = start
        while offset < endIndex {
            let blank = blankLength(at: offset)
            offset += Swift.max(blank, 1)
            if blank == 0 { end = offset }
        }
        return end
    }
}

extension String {
    /// What stands before and behind the first `=`; nil when there is none. By bytes, whatever follows in Unicode.
    var cutAtEquals: (key: String, value: String)? {
        guard let equals = utf8.firstIndex(of: Ascii.equals) else { return nil }
        return (String(self[..<equals]), String(self[utf8.index(after: equals)...]))
    }

    /// Without Unicode's blanks at both ends.
    var trimmingBlanks: String {
        let bytes = Array(utf8)
        let start = bytes.skippingBlanks(from: 0)
        return String(decoding: bytes[start..<Swift.max(start, bytes.trimmedEnd(from: start))], as: UTF8.self)
    }
}
