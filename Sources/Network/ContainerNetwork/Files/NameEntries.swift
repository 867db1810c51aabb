internal import Netlink
internal import Primitives

/// What a container's name files say, but for the addresses of its endpoints: enough to write them again.
struct NameEntries: Sendable, Hashable, Codable {
    struct Line: Sendable, Hashable, Codable {
        var address: String
        /// Between blanks.
        var names: String
    }

    var hostname: String
    var domainname: String
    /// `--add-host`.
    var extraHosts: [Line] = []
    var links: [Line] = []
    var choices: ResolverFile.Choices

    /// Errors: `badParameter`. `gateway` stands in for `host-gateway`.
    init(_ request: SandboxRequest, gateway: String) throws(EngineError) {
        try Self.check(request)
        hostname = request.hostname
        domainname = request.domainname
        choices = ResolverFile.Choices(
            dns: request.dns ?? [], search: request.dnsSearch ?? [], options: request.dnsOptions ?? [])
        try choices.validate()
        for text in request.extraHosts {
            let host = try ExtraHost(parsing: text, gateway: gateway)
            extraHosts.append(Line(address: host.address, names: host.name))
        }
        links = Self.lines(of: request.links)
    }

    static func lines(of links: [LinkRequest]) -> [Line] {
        links.flatMap { link in
            [link.ipv4Address, link.ipv6Address].filter { !$0.isEmpty }.map {
                Line(address: $0, names: link.names.joined(separator: " "))
            }
        }
    }

    /// They become words of lines in files.
    private static func check(_ request: SandboxRequest) throws(EngineError) {
        let names = [("hostname", request.hostname), ("domainname", request.domainname)]
        for (kind, name) in names + request.links.flatMap(\.names).map({ ("alias", $0) })
        where !name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) {
            throw EngineError(.badParameter, "invalid \(kind) format: \(name)")
        }
    }
}
