/// What S3 answers with: elements that hold either text or elements. Attributes and namespaces say nothing here.
struct XMLElement: Sendable, Hashable {
    /// Without a prefix.
    var name: String
    var text = ""
    var children: [XMLElement] = []

    /// The text of the first child of a name.
    subscript(_ name: String) -> String? { children.first { $0.name == name }?.text }

    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
}

extension XMLElement {
    /// Reads a document; nil for what is none, for one with a document type, and for one that is nested too deep.
    init?(parsing bytes: some Sequence<UInt8>) {
        var reader = XMLReader(rest: Array(bytes)[...])
        guard let element = reader.document() else { return nil }
        self = element
    }
}

private struct XMLReader {
    private static let deepest = 16
    var rest: ArraySlice<UInt8>

    mutating func document() -> XMLElement? {
        guard passOver(), take("<"), let element = element(depth: 0), passOver(), rest.isEmpty else { return nil }
        return element
    }

    /// Blanks, comments and instructions between elements; false for what never ends.
    private mutating func passOver() -> Bool {
        while true {
            rest = rest.drop { Self.isBlank($0) }
            if take("<?") {
                guard skip(past: "?>") else { return false }
            } else if take("<!--") {
                guard skip(past: "-->") else { return false }
            } else {
                return true
            }
        }
    }

    /// From behind its `<`.
    private mutating func element(depth: Int) -> XMLElement? {
        guard depth < Self.deepest, let name = tagName(), let isEmpty = attributes() else { return nil }
        var element = XMLElement(name: name)
        if isEmpty { return element }
        var text: [UInt8] = []
        while true {
            let plain = rest.prefix { $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: "&") }
            text += plain
            rest = rest.dropFirst(plain.count)
            if take("&") {
                guard let character = reference() else { return nil }
                text += character
            } else if take("</") {
                guard tagName() == name, passBlanks(), take(">") else { return nil }
                element.text = String(decoding: text, as: UTF8.self)
                return element
            } else if take("<!--") {
                guard skip(past: "-->") else { return nil }
            } else if take("<![CDATA[") {
                let start = rest
                guard skip(past: "]]>") else { return nil }
                text += start.prefix(rest.startIndex - start.startIndex - 3)
            } else if take("<") {
                guard let child = self.element(depth: depth + 1) else { return nil }
                element.children.append(child)
            } else {
                return nil
            }
        }
    }

    private mutating func tagName() -> String? {
        let taken = rest.prefix { !Self.isBlank($0) && !"/><&=\"'!?".utf8.contains($0) }
        rest = rest.dropFirst(taken.count)
        let name = String(decoding: taken, as: UTF8.self).split(separator: ":").last
        return name.map { String($0) }
    }

    /// Behind the name of a tag; whether it was that of an empty element.
    private mutating func attributes() -> Bool? {
        while true {
            rest = rest.drop { Self.isBlank($0) }
            if take("/>") { return true }
            if take(">") { return false }
            guard tagName() != nil, take("="), let quote = rest.first, quote == 34 || quote == 39 else { return nil }
            rest = rest.dropFirst().drop { $0 != quote && $0 != UInt8(ascii: "<") }
            guard rest.first == quote else { return nil }
            rest = rest.dropFirst()
        }
    }

    /// Behind its `&`.
    private mutating func reference() -> [UInt8]? {
        let taken = rest.prefix(12).prefix { $0 != UInt8(ascii: ";") }
        rest = rest.dropFirst(taken.count)
        guard take(";") else { return nil }
        let name = String(decoding: taken, as: UTF8.self)
        switch name {
        case "amp": return Array("&".utf8)
        case "lt": return Array("<".utf8)
        case "gt": return Array(">".utf8)
        case "quot": return Array("\"".utf8)
        case "apos": return Array("'".utf8)
        default:
            guard name.hasPrefix("#") else { return nil }
            let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
            return number.flatMap(Unicode.Scalar.init).map { Array(String(Character($0)).utf8) }
        }
    }

    private mutating func passBlanks() -> Bool {
        rest = rest.drop { Self.isBlank($0) }
        return true
    }

    private mutating func skip(past end: String) -> Bool {
        while !rest.isEmpty {
            if take(end) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
