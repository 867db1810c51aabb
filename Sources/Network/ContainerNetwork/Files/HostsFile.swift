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

    /// A container's own file: its name first, where it has an address.
    static func text(
        address: String, hostname: String, domainname: String, extraHosts: [ExtraHost]
    ) -> String {
        var text = ""
        if !address.isEmpty {
            let names = domainname.isEmpty ? hostname : "\(hostname).\(domainname) \(hostname)"
            text += "\(address)\t\(names)\n"
        }
        return text + fixed + lines(extraHosts)
    }

    /// The host's file, for a container in the host's network.
    static func text(copyOf host: String, extraHosts: [ExtraHost]) -> String {
        let separator = host.isEmpty || host.hasSuffix("\n") ? "" : "\n"
        return host + separator + lines(extraHosts)
    }

    private static func lines(_ extraHosts: [ExtraHost]) -> String {
        extraHosts.map { "\($0.address)\t\($0.name)\n" }.joined()
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
