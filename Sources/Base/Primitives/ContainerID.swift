/// A container's identity: 64 lower-case hexadecimal digits.
public struct ContainerID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let description: String

    /// Nil unless the text is 64 lower-case hexadecimal digits.
    public init?(_ text: String) {
        guard text.utf8.count == 64, text.utf8.allSatisfy(isLowerHex) else { return nil }
        description = text
    }

    /// A new one. Its short form is never all decimal digits, which people's tools would take for a number.
    public static func random() -> ContainerID {
        var generator = SystemRandomNumberGenerator()
        while true {
            let text = hexText((0..<32).map { _ in generator.next() as UInt8 })
            let isNumber = text.utf8.prefix(12).allSatisfy { $0 <= UInt8(ascii: "9") }
            if !isNumber, let id = ContainerID(text) { return id }
        }
    }

    /// The first 12 digits.
    public var short: String { String(description.prefix(12)) }

    public static func < (left: ContainerID, right: ContainerID) -> Bool { left.description < right.description }
}

extension ContainerID: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = ContainerID(text) else { throw EngineError(.badParameter, "invalid container id: \(text)") }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
