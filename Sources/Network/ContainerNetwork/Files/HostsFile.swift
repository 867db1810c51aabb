internal import Netlink
internal import Primitives

/// The text of `/etc/hosts` (Docker 1.6 `pkg/etchosts`).
enum HostsFile {
    private static let fixed = """
        127.0.0.1\tlocalhost
        ::1\tlocalhost ip6-localhost ip6-loopback
        fe00::0\tip6-localnet
        ff00::0\tip6-mcastprefix
        ff02::1\tip6-allnodes
        ff02::2\tip6-allrouters

        """

    /// A container's own file: its name first, with each of its addresses.
    static func text(_ record: NameEntries, addresses: [String]) -> String {
        let names =
            record.domainname.isEmpty
            ? record.hostname : "\(record.hostname).\(record.domainname) \(record.hostname)"
        let own = addresses.map { "\($0)\t\(names)\n" }.joined()
        return own + fixed + lines(record.links) + lines(record.extraHosts)
    }

    /// The host's file, for a container in the host's network.
    static func text(copyOf host: String, _ record: NameEntries) -> String {
        let separator = host.isEmpty || host.hasSuffix("\n") ? "" : "\n"
        return host + separator + lines(record.extraHosts)
    }

    private static func lines(_ lines: [NameEntries.Line]) -> String {
        lines.map { "\($0.address)\t\($0.names)\n" }.joined()
    }
}

/// One `--add-host`.
struct ExtraHost: Sendable, Hashable {
    var name: String
    var address: String

    /// `name:address`, split at the first colon; `gateway` stands in for `host-gateway`.
    init(parsing text: String, gateway: String) throws(EngineError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw EngineError(.badParameter, "bad format for add-host: \(text)")
        }
        name = String(parts[0])
        address = parts[1] == "host-gateway" && !gateway.isEmpty ? gateway : String(parts[1])
        guard IPAddress(address) != nil else {
            throw EngineError(.badParameter, "invalid IP address in add-host: \(parts[1])")
        }
    }
}
