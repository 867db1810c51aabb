internal import Netlink
internal import Primitives

/// Reads `-o key=value` of a network by Docker's names for them.
struct DriverOptions: Sendable {
    static let mtu = "com.docker.network.driver.mtu"
    static let prefix = "com.docker.network.container_iface_prefix"

    let values: [String: String]

    init(_ definition: NetworkDefinition) { values = definition.options }

    /// Options in Docker's own name space that nobody here knows are mistakes; others are the user's notes.
    func refuseUnknown(_ known: Set<String>, driver: String) throws(EngineError) {
        for key in values.keys.sorted() where key.hasPrefix("com.docker.network.") && !known.contains(key) {
            throw EngineError(.badParameter, "\(driver) driver: option \(key) is not supported")
        }
    }

    static func invalid(_ key: String, _ value: String) -> EngineError {
        EngineError(.badParameter, "invalid value \(value) for option \(key)")
    }

    func text(_ key: String) -> String? { values[key].flatMap { $0.isEmpty ? nil : $0 } }

    /// As Go's strconv.ParseBool reads them.
    func bool(_ key: String) throws(EngineError) -> Bool? {
        guard let text = text(key) else { return nil }
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        default: throw Self.invalid(key, text)
        }
    }

    func mtu() throws(EngineError) -> Int? {
        guard let text = text(Self.mtu) else { return nil }
        // 68 is the least that IPv4 works with (RFC 791).
        guard let mtu = Int(text), mtu == 0 || (68...65_535).contains(mtu) else {
            throw Self.invalid(Self.mtu, text)
        }
        return mtu == 0 ? nil : mtu
    }

    func interfacePrefix() throws(EngineError) -> String {
        guard let text = text(Self.prefix) else { return "eth" }
        // 15 bytes, three of them for the number.
        guard LinkName.isValid(text), text.utf8.count <= 12, text != "lo" else {
            throw Self.invalid(Self.prefix, text)
        }
        return text
    }
}

/// Names of network interfaces as the kernel and the firewall take them.
enum LinkName {
    /// Letters, digits, `-`, `_`, `.`; 15 bytes (IFNAMSIZ) at most.
    static func isValid(_ name: String) -> Bool {
        (1...15).contains(name.utf8.count) && name != "." && name != ".." && name.utf8.allSatisfy(isPlain)
    }

    static func isPlain(_ byte: UInt8) -> Bool {
        (45...46).contains(byte) || (48...57).contains(byte) || (65...90).contains(byte) || byte == 95
            || (97...122).contains(byte)
    }
}
