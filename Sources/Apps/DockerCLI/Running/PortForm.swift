internal import APIModel
internal import Primitives

/// `-p [[ip:]host:]container[/protocol]` and `--expose container[/protocol]`, with ranges.
enum PortForm {
    /// `80`, `80-82`, each with a protocol: the ports by their names, such as `80/tcp`.
    static func exposed(_ word: String) throws -> [String] {
        guard !word.contains(":") else { throw CommandFailure("Invalid port format for --expose: \(word)") }
        let (text, proto) = splitProtocol(word)
        let ports: ClosedRange<UInt16>
        do { ports = try range(text) } catch {
            throw CommandFailure("Invalid range format for --expose: \(word), error: \(Failure.text(error))")
        }
        try check(proto)
        return ports.map { "\($0)/\(proto)" }
    }

    /// `C`, `H:C`, `IP:H:C`, `IP::C`, with `[IP]` or without the brackets for IPv6. A range of the container's needs one
    /// of the host's of the same length, or none; one port of the container's is given one of a range of the host's.
    static func published(_ word: String) throws -> [(port: String, binding: PortBinding)] {
        let short = word.contains("=") ? try shortForm(of: word) : word
        var parts = short.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let (container, proto) = splitProtocol(parts.popLast() ?? "")
        guard !container.isEmpty else { throw CommandFailure("No port specified: \(short)<empty>") }
        try check(proto)
        let host = parts.popLast() ?? ""
        let ip = try address(parts.joined(separator: ":"))
        let ports = try range(container, "containerPort")
        guard ports.lowerBound > 0 else { throw CommandFailure("Invalid containerPort: \(container)") }
        let hosts = host.isEmpty ? nil : try range(host, "hostPort")
        if let hosts, hosts.count != ports.count, ports.count > 1 {
            throw CommandFailure("Invalid ranges specified for container and host Ports: \(container) and \(host)")
        }
        return ports.map { port in
            (
                "\(port)/\(proto)",
                PortBinding(hostIP: ip, hostPort: hostPort(hosts, at: Int(port - ports.lowerBound), of: ports))
            )
        }
    }

    private static func hostPort(_ hosts: ClosedRange<UInt16>?, at index: Int, of ports: ClosedRange<UInt16>) -> String
    {
        guard let hosts else { return "" }
        let isChoice = ports.count == 1 && hosts.count > 1
        return isChoice ? "\(hosts.lowerBound)-\(hosts.upperBound)" : "\(Int(hosts.lowerBound) + index)"
    }

    /// `target=80,published=8080,protocol=udp`.
    private static func shortForm(of word: String) throws -> String {
        var fields = ["protocol": "tcp"]
        for field in word.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            let (key, value) = KeyValue.split(field)
            guard let value, !key.isEmpty else {
                throw CommandFailure("invalid publish opts format (should be name=value but got '\(field)')")
            }
            guard ["target", "published", "protocol"].contains(key) else {
                throw CommandFailure("invalid publish opts format (\(key) says nothing of a container's port)")
            }
            fields[key] = value
        }
        return "\(fields["published"] ?? ""):\(fields["target"] ?? "")/\(fields["protocol"] ?? "")"
    }

    /// Without one it is `tcp`.
    private static func splitProtocol(_ text: String) -> (ports: String, proto: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let proto = parts.count > 1 ? parts[1].lowercased() : ""
        return (parts.first ?? "", proto.isEmpty ? "tcp" : proto)
    }

    private static func check(_ proto: String) throws {
        guard ["tcp", "udp", "sctp"].contains(proto) else { throw CommandFailure("Invalid proto: \(proto)") }
    }

    private static func address(_ text: String) throws -> String {
        guard !text.isEmpty else { return "" }
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let bare = isBracketed ? String(text.dropFirst().dropLast()) : text
        guard IPAddress(bare) != nil else { throw CommandFailure("Invalid ip address: \(bare)") }
        return bare
    }

    private static func range(_ text: String, _ what: String) throws -> ClosedRange<UInt16> {
        do { return try range(text) } catch { throw CommandFailure("Invalid \(what): \(text)") }
    }

    /// `80`, `80-82`. Errors: Go's words for what is no number.
    private static func range(_ text: String) throws -> ClosedRange<UInt16> {
        guard !text.isEmpty else { throw CommandFailure("Empty string specified for ports.") }
        let ends = try text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(number)
        guard ends[0] <= ends[ends.count - 1] else {
            throw CommandFailure("Invalid range specified for the Port: \(text)")
        }
        return ends[0]...ends[ends.count - 1]
    }

    private static func number(_ text: Substring) throws -> UInt16 {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
        guard isNumber, let number = UInt16(text) else {
            throw CommandFailure(
                "strconv.ParseUint: parsing \"\(text)\": \(isNumber ? "value out of range" : "invalid syntax")")
        }
        return number
    }
}
