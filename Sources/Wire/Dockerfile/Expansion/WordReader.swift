/// One pass over a word.
struct WordReader {
    let rules: WordExpander
    let value: (String) -> String?
    let bytes: [UInt8]
    var position = 0
    /// The names that were asked for.
    private(set) var result = Expansion()
    private var depth = 0

    private static let deepest = 100

    init(_ rules: WordExpander, _ word: String, _ value: @escaping (String) -> String?) {
        self.rules = rules
        self.value = value
        bytes = Array(word.utf8)
    }

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    /// Reads up to a byte, which is taken, or to the end. Errors: the byte does not come.
    mutating func part(until stop: UInt8?, keepsEscapes: Bool) throws(DockerfileError) -> ExpandedPart {
        guard depth < Self.deepest else { throw DockerfileError("substitutions are nested too deeply") }
        depth += 1
        defer { depth -= 1 }
        var part = ExpandedPart()
        while let byte = peek {
            if let stop, take(stop) { return part.finished }
            try step(byte, keepsEscapes, &part)
            try checkLength(part.bytes.count)
        }
        guard let stop else { return part.finished }
        throw DockerfileError(
            "unexpected end of statement while looking for matching \(Character(Unicode.Scalar(stop)))")
    }

    private mutating func step(
        _ byte: UInt8, _ keepsEscapes: Bool, _ part: inout ExpandedPart
    ) throws(DockerfileError) {
        switch byte {
        case Ascii.dollar: part.append(splitting: try dollar())
        case Ascii.apostrophe where !rules.ignoresQuotes: part.append(whole: try singleQuoted())
        case Ascii.quote where !rules.ignoresQuotes: part.append(whole: try doubleQuoted(keepsEscapes))
        case Ascii.less: part.append(whole: hereDocumentMark())
        case rules.escape:
            position += 1
            if keepsEscapes { part.append(whole: [byte]) }
            part.append(whole: scalar())
        default: part.append(splitting: scalar())
        }
    }

    /// The bytes of the scalar that comes next.
    private mutating func scalar() -> ArraySlice<UInt8> {
        let start = position
        position = min(position + 1, bytes.count)
        while let byte = peek, byte & 0xC0 == 0x80 { position += 1 }
        return bytes[start..<position]
    }

    /// `<<` and the blanks behind it belong to the word that follows.
    private mutating func hereDocumentMark() -> ArraySlice<UInt8> {
        let start = position
        position += 1
        guard take(Ascii.less) else { return bytes[start..<position] }
        while let byte = peek, [Ascii.tab, Ascii.carriageReturn, Ascii.space].contains(byte) { position += 1 }
        return bytes[start..<position]
    }

    private mutating func singleQuoted() throws(DockerfileError) -> ArraySlice<UInt8> {
        let start = position
        guard let end = bytes[(start + 1)...].firstIndex(of: Ascii.apostrophe) else {
            throw DockerfileError("unexpected end of statement while looking for matching single-quote")
        }
        position = end + 1
        return rules.keepsQuotes ? bytes[start...end] : bytes[(start + 1)..<end]
    }

    private mutating func doubleQuoted(_ keepsEscapes: Bool) throws(DockerfileError) -> ArraySlice<UInt8> {
        var text: [UInt8] = rules.keepsQuotes ? [Ascii.quote] : []
        position += 1
        while let byte = peek {
            switch byte {
            case Ascii.quote:
                position += 1
                if rules.keepsQuotes { text.append(byte) }
                return text[...]
            case Ascii.dollar: text += try dollar()
            case rules.escape:
                position += 1
                if keepsEscapes { text.append(byte) }
                // Only these are escaped; in front of anything else the escape is a byte as any other.
                if let next = peek, [Ascii.quote, Ascii.dollar, rules.escape].contains(next) {
                    position += 1
                    text.append(next)
                } else if peek != nil, !keepsEscapes {
                    text.append(byte)
                }
            default: text += scalar()
            }
            try checkLength(text.count)
        }
        throw DockerfileError("unexpected end of statement while looking for matching double-quote")
    }

    private func checkLength(_ length: Int) throws(DockerfileError) {
        guard length <= rules.longest else {
            throw DockerfileError("the result is longer than \(rules.longest) bytes")
        }
    }

    /// Asks for a variable and keeps its name.
    mutating func lookUp(_ name: String) -> String? {
        let found = value(name)
        if found != nil {
            if !result.matched.contains(name) { result.matched.append(name) }
        } else if !result.unmatched.contains(name) {
            result.unmatched.append(name)
        }
        return found
    }
}

/// What was read, and its words.
struct ExpandedPart {
    private(set) var bytes: [UInt8] = []
    private(set) var words: [String] = []
    private var word: [UInt8] = []

    /// Something that blanks do not split.
    mutating func append(whole part: some Sequence<UInt8>) {
        bytes += part
        word += part
    }

    mutating func append(splitting part: ArraySlice<UInt8>) {
        bytes += part
        var offset = part.startIndex
        while offset < part.endIndex {
            let blank = part.blankLength(at: offset)
            if blank > 0 { endWord() } else { word.append(part[offset]) }
            offset += max(blank, 1)
        }
    }

    var finished: ExpandedPart {
        var part = self
        part.endWord()
        return part
    }

    private mutating func endWord() {
        guard !word.isEmpty else { return }
        words.append(String(decoding: word, as: UTF8.self))
        word = []
    }
}
