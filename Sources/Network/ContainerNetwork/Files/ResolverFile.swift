internal import Netlink
internal import Primitives

/// The text of `/etc/resolv.conf` (Docker 1.6 `pkg/resolvconf`).
struct ResolverFile: Sendable, Hashable {
    private static let fallback = ["8.8.8.8", "8.8.4.4"]

    var servers: [String]
    var search: [String]
    var options: [String]

    /// Reads what a host's file says; `domain` counts as a search list of one, the last `search` wins.
    init(parsing text: String) {
        servers = []
        search = []
        options = []
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "#" && $0 != ";" }.split { $0 == " " || $0 == "\t" }.map(String.init)
            switch words.first {
            case "nameserver": servers += words.dropFirst().prefix(1)
            case "search", "domain": search = Array(words.dropFirst())
            case "options": options += words.dropFirst()
            default: break
            }
        }
    }

    /// A container's file.
    ///
    /// What the container asks for stands before what the daemon is configured with, and both before the host's. With
    /// nothing asked for, the host's file is copied line by line, without servers that a container can't reach.
    static func text(host: String, container: Choices, daemon: Choices, withIPv6: Bool = false) -> String {
        let chosen = Choices(
            dns: container.dns.isEmpty ? daemon.dns : container.dns,
            search: container.search.isEmpty ? daemon.search : container.search,
            options: container.options.isEmpty ? daemon.options : container.options)
        if chosen.isEmpty { return copy(of: host, withIPv6: withIPv6) }
        let own = ResolverFile(parsing: host)
        let reachable = own.servers.filter { isReachable($0, withIPv6: withIPv6) }
        var text = ""
        for server in chosen.dns.isEmpty ? (reachable.isEmpty ? fallback : reachable) : chosen.dns {
            text += "nameserver \(server)\n"
        }
        let search = (chosen.search.isEmpty ? own.search : chosen.search).joined(separator: " ")
        if !search.isEmpty, search != "." { text += "search \(search)\n" }
        if !chosen.options.isEmpty { text += "options \(chosen.options.joined(separator: " "))\n" }
        return text
    }

    /// Where the embedded server listens inside a container (Docker's address for it).
    static let embeddedServer = "127.0.0.11"

    /// For a container on a network of its own: the embedded server, and what the host or the user say besides. A name
    /// with a dot in it may be a container's too, so the search list comes last (`ndots:0`).
    static func embedded(host: String, container: Choices, daemon: Choices) -> String {
        let own = ResolverFile(parsing: host)
        func first(_ lists: [String]...) -> [String] { lists.first { !$0.isEmpty } ?? [] }
        let search = first(container.search, daemon.search, own.search).joined(separator: " ")
        var options = first(container.options, daemon.options, own.options)
        if !options.contains(where: { $0.hasPrefix("ndots:") }) { options.append("ndots:0") }
        let line = search.isEmpty || search == "." ? "" : "search \(search)\n"
        return "nameserver \(embeddedServer)\n\(line)options \(options.joined(separator: " "))\n"
    }

    /// The servers that the embedded one asks, and whether each is the host's own choice.
    static func upstreams(host: String, container: Choices, daemon: Choices) -> [(address: IPAddress, isHosts: Bool)] {
        if let chosen = [container.dns, daemon.dns].first(where: { !$0.isEmpty }) {
            return chosen.compactMap { IPAddress($0) }.map { ($0, false) }
        }
        let own = ResolverFile(parsing: host).servers.compactMap { IPAddress($0.prefix { $0 != "%" }) }
        return own.isEmpty ? fallback.compactMap { IPAddress($0) }.map { ($0, false) } : own.map { ($0, true) }
    }

    /// `--dns`, `--dns-search`, `--dns-opt`.
    struct Choices: Sendable, Hashable, Codable {
        var dns: [String] = []
        var search: [String] = []
        var options: [String] = []
        var isEmpty: Bool { dns.isEmpty && search.isEmpty && options.isEmpty }

        /// Each server must be an address.
        func validate() throws(EngineError) {
            for server in dns where IPAddress(server) == nil {
                throw EngineError(.badParameter, "\(server) is not an ip address")
            }
            for word in search + options where !word.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) {
                throw EngineError(.badParameter, "\(word) is not a valid domain")
            }
        }
    }

    private static func copy(of host: String, withIPv6: Bool) -> String {
        var lines = host.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            guard let server = ResolverFile(parsing: String(line)).servers.first else { return true }
            return isReachable(server, withIPv6: withIPv6)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        var text = lines.map { $0 + "\n" }.joined()
        if ResolverFile(parsing: text).servers.isEmpty {
            text += fallback.map { "nameserver \($0)\n" }.joined()
        }
        return text
    }

    /// Loopback is another one inside a container; IPv6 is not there at all.
    private static func isReachable(_ server: String, withIPv6: Bool) -> Bool {
        let bare = server.prefix { $0 != "%" }
        guard let address = IPAddress(bare) else { return false }
        if case .v6 = address, !withIPv6 { return false }
        return !address.isLoopback
    }
}
