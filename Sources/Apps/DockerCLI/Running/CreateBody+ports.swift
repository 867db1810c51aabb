internal import APIModel
internal import Flags

extension CreateBody {
    mutating func setPorts() throws {
        host.publishAllPorts = flags.bool("publish-all")
        var bindings: [String: [PortBinding]?] = [:]
        for word in flags.list("expose") {
            guard !word.contains(":") else { throw CommandFailure("Invalid port format for --expose: \(word)") }
            let (range, proto) = try PortForm.withProtocol(word)
            for port in try PortForm.range(range, in: word) { config.exposedPorts["\(port)/\(proto)"] = EmptyObject() }
        }
        for word in flags.list("publish") {
            for (port, binding) in try PortForm.published(word) {
                config.exposedPorts[port] = EmptyObject()
                bindings[port] = .some((bindings[port].flatMap { $0 } ?? []) + [binding])
            }
        }
        host.portBindings = bindings.isEmpty ? nil : bindings
    }
}

/// `-p [[ip:]host:]container[/protocol]`, with ranges.
enum PortForm {
    static func withProtocol(_ word: String) throws -> (String, String) {
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let proto = parts.count > 1 ? parts[1].lowercased() : "tcp"
        guard ["tcp", "udp", "sctp"].contains(proto) else { throw CommandFailure("Invalid proto: \(proto)") }
        return (parts.first ?? "", proto)
    }

    static func range(_ text: String, in word: String) throws -> ClosedRange<UInt16> {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first > 0,
            first <= last
        else {
            throw CommandFailure("Invalid containerPort: \(text.isEmpty ? word : text)")
        }
        return first...last
    }

    static func published(_ word: String) throws -> [(String, PortBinding)] {
        let (address, proto) = try withProtocol(word)
        var rest = address[...]
        var ip = ""
        if rest.hasPrefix("["), let close = rest.firstIndex(of: "]") {
            ip = String(rest[rest.index(after: rest.startIndex)..<close])
            rest = rest[rest.index(after: close)...].dropFirst()
        }
        var parts = rest.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= (ip.isEmpty ? 3 : 2), let last = parts.popLast(), !last.isEmpty else {
            throw CommandFailure(address.isEmpty ? "No port specified: \(word)<empty>" : "Invalid port format: \(word)")
        }
        let hostText = parts.popLast() ?? ""
        if let first = parts.first { ip = first }
        let containers = try range(last, in: word)
        if hostText.isEmpty { return containers.map { ("\($0)/\(proto)", PortBinding(hostIP: ip)) } }
        let hosts = try hostRange(hostText)
        if containers.count == 1 {
            return [("\(containers.lowerBound)/\(proto)", PortBinding(hostIP: ip, hostPort: hostText))]
        }
        guard hosts.count == containers.count else {
            throw CommandFailure("Invalid ranges specified for container and host Ports: \(last) and \(hostText)")
        }
        return zip(containers, hosts).map { ("\($0)/\(proto)", PortBinding(hostIP: ip, hostPort: "\($1)")) }
    }

    private static func hostRange(_ text: String) throws -> ClosedRange<UInt16> {
        if text == "0" { return 0...0 }
        do { return try range(text, in: text) } catch { throw CommandFailure("Invalid hostPort: \(text)") }
    }
}
