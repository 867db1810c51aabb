/// The `--name=value` words in front of an instruction's arguments.
struct FlagWords {
    struct Word {
        var text: String
        /// In the instruction's text.
        var offset: Int
    }

    private(set) var words: [Word] = []
    /// Where the arguments start.
    private(set) var end: Int

    private let bytes: [UInt8]
    private let escape: UInt8

    /// Reads flags from an offset on, up to the first word that is none or a `--` of its own.
    init(_ bytes: [UInt8], from start: Int, escape: UInt8) {
        self.bytes = bytes
        self.escape = escape
        end = bytes.skippingBlanks(from: start)
        while bytes[min(end, bytes.count)...].starts(with: "--".utf8) {
            let offset = end
            let text = word()
            if text == "--" { break }
            words.append(Word(text: text, offset: offset))
            end = bytes.skippingBlanks(from: end)
        }
    }

    /// The word at `end`, without its quotes and escapes.
    private mutating func word() -> String {
        var word: [UInt8] = []
        var quote: UInt8?
        while end < bytes.count {
            let byte = bytes[end]
            if quote == nil, bytes.blankLength(at: end) > 0 { break }
            end += 1
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == Ascii.quote || byte == Ascii.apostrophe {
                quote = byte
            } else if byte == escape {
                guard end < bytes.count else { break }
                word.append(bytes[end])
                end += 1
            } else {
                word.append(byte)
            }
        }
        return String(decoding: word, as: UTF8.self)
    }
}
