/// `a,"b,c"`: one record of comma-separated values, as some of Docker's flags take them. Quotes are doubled in quotes.
public struct CommaFields {
    private let bytes: [UInt8]
    private var position = 0

    private init(_ text: String) { bytes = Array(text.utf8) }

    /// Errors: quotes that do not match, in Go's words (`badParameter`).
    public static func split(_ text: String) throws(EngineError) -> [String] {
        var reader = CommaFields(text)
        var fields = [try reader.field()]
        while reader.position < reader.bytes.count {
            reader.position += 1
            fields.append(try reader.field())
        }
        return fields
    }

    /// Up to the next comma or the end.
    private mutating func field() throws(EngineError) -> String {
        guard position < bytes.count, bytes[position] == Self.quote else {
            let start = position
            while position < bytes.count, bytes[position] != Self.comma {
                guard bytes[position] != Self.quote else { throw failure("bare \" in non-quoted-field", at: position) }
                position += 1
            }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        position += 1
        return try quoted()
    }

    private mutating func quoted() throws(EngineError) -> String {
        var field: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == Self.quote else {
                field.append(byte)
                continue
            }
            if position == bytes.count || bytes[position] == Self.comma {
                return String(decoding: field, as: UTF8.self)
            }
            guard bytes[position] == Self.quote else { throw missing(at: position - 1) }
            field.append(byte)
            position += 1
        }
        throw missing(at: position)
    }

    private func missing(at offset: Int) -> EngineError {
        failure("extraneous or missing \" in quoted-field", at: offset)
    }

    private func failure(_ text: String, at offset: Int) -> EngineError {
        EngineError(.badParameter, "parse error on line 1, column \(offset + 1): \(text)")
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
}
