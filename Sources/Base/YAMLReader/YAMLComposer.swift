internal import CLibYAML
internal import OrderedJSON

/// Makes a tree of a parser's events.
struct YAMLComposer {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var anchors: [String: (value: JSONValue, count: Int)] = [:]
    private var copies = 0
    private var count = 0
    /// Of the event that was taken last, from 0.
    private var line = 0

    init(parser: UnsafeMutablePointer<yaml_parser_t>) { self.parser = parser }

    private enum Event {
        case scalar(text: String, isPlain: Bool, anchor: String?)
        case alias(String)
        case listStart(anchor: String?)
        case mapStart(anchor: String?)
        case end
        case other
        case streamEnd
    }

    mutating func document() throws(JSONError) -> JSONValue {
        while true {
            switch try next() {
            case .streamEnd: return .null
            case .other: continue
            case let event: return try value(event, depth: 0)
            }
        }
    }

    private mutating func value(_ event: Event, depth: Int) throws(JSONError) -> JSONValue {
        guard depth < YAMLReader.maximumDepth else { throw failure("nested too deeply") }
        count += 1
        let before = count
        switch event {
        case .scalar(let text, let isPlain, let anchor):
            return keep(isPlain ? YAMLScalar.value(text) : .string(text), anchor, before)
        case .alias(let name):
            guard let known = anchors[name] else { throw failure("unknown anchor '\(name)'") }
            // Counted where they are used too: an anchor around aliases stands for all of it.
            count += known.count
            copies += known.count
            guard copies <= YAMLReader.maximumCopies else { throw failure("aliases stand for too much") }
            return known.value
        case .listStart(let anchor): return keep(try list(depth), anchor, before)
        case .mapStart(let anchor): return keep(try map(depth), anchor, before)
        case .end, .other, .streamEnd: throw failure("a value is missing")
        }
    }

    private mutating func list(_ depth: Int) throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        while true {
            let event = try next()
            if case .end = event { return .array(elements) }
            elements.append(try value(event, depth: depth + 1))
        }
    }

    private mutating func map(_ depth: Int) throws(JSONError) -> JSONValue {
        var members = JSONObject()
        var merged: [JSONValue] = []
        while true {
            let event = try next()
            if case .end = event { break }
            guard case .scalar(let key, let isPlain, _) = event else { throw failure("a key has to be a word") }
            let member = try value(next(), depth: depth + 1)
            if isPlain && key == "<<" {
                merged.append(member)
            } else {
                guard members[key] == nil else { throw failure("key '\(key)' is there twice") }
                members[key] = member
            }
        }
        for source in merged { try merge(source, into: &members) }
        return .object(members)
    }

    /// `<<: *base`: what the map says itself wins.
    private func merge(_ source: JSONValue, into members: inout JSONObject) throws(JSONError) {
        for source in source.arrayValue ?? [source] {
            guard let object = source.objectValue else { throw failure("only maps can be merged") }
            for (key, value) in object.entries where members[key] == nil { members[key] = value }
        }
    }

    private mutating func keep(_ value: JSONValue, _ anchor: String?, _ before: Int) -> JSONValue {
        if let anchor { anchors[anchor] = (value, count - before + 1) }
        return value
    }

    private mutating func next() throws(JSONError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            let problem = parser.pointee.problem.map { String(cString: $0) } ?? "cannot be read"
            throw JSONError("yaml: line \(parser.pointee.problem_mark.line + 1): \(problem)")
        }
        defer { yaml_event_delete(&event) }
        line = event.start_mark.line
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            if scalar.tag != nil { throw failure("tags are not supported") }
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                text: String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                anchor: Self.text(scalar.anchor))
        case YAML_ALIAS_EVENT: return .alias(Self.text(event.data.alias.anchor) ?? "")
        case YAML_SEQUENCE_START_EVENT: return .listStart(anchor: Self.text(event.data.sequence_start.anchor))
        case YAML_MAPPING_START_EVENT: return .mapStart(anchor: Self.text(event.data.mapping_start.anchor))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
        case YAML_STREAM_END_EVENT: return .streamEnd
        default: return .other
        }
    }

    private static func text(_ pointer: UnsafePointer<UInt8>?) -> String? { pointer.map { String(cString: $0) } }
    private static func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func failure(_ what: String) -> JSONError {
        JSONError("yaml: line \(line + 1): \(what)")
    }
}

/// What a plain scalar looks like (YAML 1.2, core schema).
enum YAMLScalar {
    static func value(_ text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first,
            isDigit(first) || first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
                || first == UInt8(ascii: ".")
        else { return .string(text) }
        if text.hasPrefix("0x"), let number = Int64(text.dropFirst(2), radix: 16) { return .integer(number) }
        if text.hasPrefix("0o"), let number = Int64(text.dropFirst(2), radix: 8) { return .integer(number) }
        if let number = Int64(text) { return .integer(number) }
        let isNumber = text.utf8.allSatisfy { isDigit($0) || "+-.eE".utf8.contains($0) }
        return isNumber ? Double(text).map { .double($0) } ?? .string(text) : .string(text)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
