// What follows a dollar.
extension WordReader {
    mutating func dollar() throws(DockerfileError) -> ArraySlice<UInt8> {
        position += 1
        if take(Ascii.openBrace) { return Array(try braced().utf8)[...] }
        let name = self.name()
        guard !name.isEmpty else { return [Ascii.dollar] }
        let found = lookUp(name)
        return Array((found ?? (rules.keepsUnset ? "$" + name : "")).utf8)[...]
    }

    /// Letters, digits and `_`; or digits alone; or one of the shell's own parameters, which are never set.
    private mutating func name() -> String {
        guard let first = peek else { return "" }
        let start = position
        if Ascii.isDigit(first) {
            while let byte = peek, Ascii.isDigit(byte) { position += 1 }
        } else if "@*#?-$!".utf8.contains(first) {
            position += 1
        } else {
            while let length = letterLength() { position += length }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private func letterLength() -> Int? {
        guard let byte = peek else { return nil }
        if byte < 0x80 { return Ascii.isLetter(byte) || Ascii.isDigit(byte) || byte == UInt8(ascii: "_") ? 1 : nil }
        let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
        let text = String(decoding: bytes[position..<min(position + length, bytes.count)], as: UTF8.self)
        guard let scalar = text.unicodeScalars.first else { return nil }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            return length
        default: return nil
        }
    }

    /// Behind `${`.
    private mutating func braced() throws(DockerfileError) -> String {
        switch peek {
        case nil: throw DockerfileError("syntax error: missing '}'")
        case Ascii.openBrace, Ascii.closeBrace, Ascii.colon: throw DockerfileError("syntax error: bad substitution")
        default: break
        }
        let name = self.name()
        var modifier = String(modifierScalar())
        switch modifier {
        case "}": return lookUp(name) ?? (rules.keepsUnset ? "${\(name)}" : "")
        case "/": return try replaced(name)
        case ":":
            let second = modifierScalar()
            modifier.unicodeScalars.append(second)
            guard "+-?".unicodeScalars.contains(second) else { throw unsupported(modifier) }
        case "+", "-", "?", "#", "%": break
        default: throw unsupported(modifier)
        }
        return try modified(name, modifier)
    }

    private mutating func modifierScalar() -> Unicode.Scalar {
        let start = position
        position = min(position + 1, bytes.count)
        while let byte = peek, byte & 0xC0 == 0x80 { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    }

    private func unsupported(_ modifier: String) -> DockerfileError {
        DockerfileError("unsupported modifier (\(modifier)) in substitution")
    }

    private mutating func modified(_ name: String, _ modifier: String) throws(DockerfileError) -> String {
        let isPattern = modifier == "#" || modifier == "%"
        let word = try text(until: Ascii.closeBrace, keepsEscapes: isPattern, missing: "missing '}'")
        let found = lookUp(name)
        if rules.keepsUnset, found == nil { return "${\(name)\(modifier)\(word)}" }
        let isMissing = found == nil || (modifier.hasPrefix(":") && found == "")
        switch modifier.unicodeScalars.last {
        case "-": return isMissing ? word : found ?? ""
        case "+": return isMissing ? "" : word
        case "?":
            guard isMissing else { return found ?? "" }
            let reason = found == nil ? "is not allowed to be unset" : "is not allowed to be empty"
            throw DockerfileError("\(name): \(word.isEmpty ? reason : word)")
        default: return try trimmed(found ?? "", word, modifier)
        }
    }

    /// The modifier twice takes the longest match away instead of the shortest.
    private func trimmed(_ value: String, _ word: String, _ modifier: String) throws(DockerfileError) -> String {
        let isLongest = word.hasPrefix(modifier)
        let pattern = try ShellPattern(isLongest ? String(word.dropFirst()) : word)
        return modifier == "#"
            ? pattern.droppingPrefix(of: value, longest: isLongest)
            : pattern.droppingSuffix(of: value, longest: isLongest)
    }

    /// `${name/pattern/text}`, with a second `/` everywhere.
    private mutating func replaced(_ name: String) throws(DockerfileError) -> String {
        let isEverywhere = take(Ascii.slash)
        let pattern = try text(until: Ascii.slash, keepsEscapes: true, missing: "missing '/' in ${}")
        let replacement = try text(until: Ascii.closeBrace, keepsEscapes: true, missing: "missing '}'")
        let found = lookUp(name)
        if rules.keepsUnset, found == nil { return "${\(name)/\(pattern)/\(replacement)}" }
        return try ShellPattern(pattern).replacing(
            in: found ?? "", with: replacement, everywhere: isEverywhere, longest: rules.longest)
    }

    private mutating func text(
        until stop: UInt8, keepsEscapes: Bool, missing: String
    ) throws(DockerfileError) -> String {
        do {
            return String(decoding: try part(until: stop, keepsEscapes: keepsEscapes).bytes, as: UTF8.self)
        } catch {
            throw position >= bytes.count ? DockerfileError("syntax error: \(missing)") : error
        }
    }
}
