internal import Primitives
internal import APIModel

/// One `--network`: a name, or `name=NET,alias=A,ip=…` in the long form.
///
/// Docker's client puts the long form into small letters; here values keep theirs, as names of networks differ by them.
struct NetworkWord {
    private(set) var name = ""
    var settings = EndpointSettings()

    init(_ text: String) throws {
        guard Self.isLong(text) else {
            name = text
            return
        }
        do {
            for field in try CommaFields.split(text) { try take(field) }
            guard !name.isEmpty else { throw CommandFailure("network name/id is not specified") }
        } catch {
            throw CommandFailure.invalid(text, for: "network", Failure.text(error))
        }
    }

    /// An equals sign between two letters or digits.
    private static func isLong(_ text: String) -> Bool {
        let isWord = text.utf8.map { byte in
            switch byte {
            case 48...57, 65...90, 95, 97...122: true
            default: false
            }
        }
        return zip(text.utf8, isWord.indices).contains { byte, index in
            byte == UInt8(ascii: "=") && index > 0 && isWord[index - 1] && index + 1 < isWord.count && isWord[index + 1]
        }
    }

    private mutating func take(_ field: String) throws {
        let (head, tail) = KeyValue.split(field)
        guard let tail, !head.isEmpty else { throw CommandFailure("invalid field \(field)") }
        let (key, value) = (KeyValue.trim(head).lowercased(), KeyValue.trim(tail))
        switch key {
        case "name": name = value
        case "alias": settings.aliases = (settings.aliases ?? []) + [value]
        case "ip": addresses.ipv4Address = value
        case "ip6": addresses.ipv6Address = value
        case "link-local-ip": addresses.linkLocalIPs.append(value)
        case "mac-address": settings.macAddress = value
        case "driver-opt": try addOption(value)
        case "gw-priority": settings.gwPriority = try Self.priority(value)
        default: throw CommandFailure("invalid field key \(key)")
        }
    }

    /// The wanted addresses, which a request has only if there are any.
    var addresses: EndpointIPAMConfig {
        get { settings.ipamConfig ?? EndpointIPAMConfig() }
        set { settings.ipamConfig = newValue == EndpointIPAMConfig() ? nil : newValue }
    }

    private mutating func addOption(_ word: String) throws {
        guard let (key, value) = KeyValue.trimmed(word) else {
            throw CommandFailure("invalid key value pair format in driver options")
        }
        settings.driverOpts = (settings.driverOpts ?? [:]).merging([key: value]) { $1 }
    }

    private static func priority(_ text: String) throws -> Int {
        if let number = Int(text) { return number }
        let digits = text.first.map { "+-".contains($0) } == true ? text.dropFirst() : text[...]
        let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) }
        throw CommandFailure("invalid gw-priority (\(text)): \(isNumber ? "value out of range" : "invalid syntax")")
    }

    /// A network of somebody's own, neither a mode nor a predefined one.
    var isUserDefined: Bool {
        !["default", "bridge", "host", "none"].contains(name) && !name.hasPrefix("container:")
    }
}
