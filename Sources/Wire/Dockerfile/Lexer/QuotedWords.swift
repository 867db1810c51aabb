/// The words of ENV, LABEL and ARG: quotes keep blanks together and stay where they are, as escapes do, for expansion
/// takes them away.
struct QuotedWords {
    struct Word {
        var text: String
        /// In the instruction's text.
        var offset: Int
    }

    /// The words of `bytes` from an offset on.
    static func split(_ bytes: [UInt8], from start: Int, escape: UInt8) -> [Word] {
        var words: [Word] = []
        var offset = bytes.skippingBlanks(from: start)
        while offset < bytes.count {
            let (word, end) = word(bytes, at: offset, escape)
            words.append(Word(text: String(decoding: word, as: UTF8.self), offset: offset))
            offset = bytes.skippingBlanks(from: end)
        }
        return words
    }

    private static func word(_ bytes: [UInt8], at start: Int, _ escape: UInt8) -> ([UInt8], end: Int) {
        var word: [UInt8] = []
        var quote: UInt8?
        var offset = start
        while offset < bytes.count {
            let byte = bytes[offset]
            if quote == nil, bytes.blankLength(at: offset) > 0 { break }
            offset += 1
            if byte == escape, quote != Ascii.apostrophe {
                // An escape at the very end escapes nothing.
                guard offset < bytes.count else { break }
                word += [byte, bytes[offset]]
                offset += 1
                continue
            }
            word.append(byte)
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == Ascii.quote || byte == Ascii.apostrophe {
                quote = byte
            }
        }
        return (word, offset)
    }
}
