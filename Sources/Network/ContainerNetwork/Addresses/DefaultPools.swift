internal import Netlink
internal import Primitives

/// Subnets for networks that name none.
struct DefaultPools: Sendable {
    /// Whose networks they are for.
    enum Scope: Sendable { case host, cluster }

    /// Docker's: fifteen of 65,536 addresses, then sixteen of 4,096.
    private static let v4: [IPNetwork] =
        ((17...31).map { "172.\($0).0.0/16" } + stride(from: 0, to: 256, by: 16).map { "192.168.\($0).0/20" })
        .compactMap { IPNetwork($0) }

    private let scope: Scope
    /// 40 bits that make this daemon's IPv6 subnets its own (RFC 4193 3.2).
    private let site: UInt128

    init(seed: String, scope: Scope = .host) {
        self.scope = scope
        let bytes = Array(Digest.sha256(of: Array(seed.utf8)).hex.utf8.prefix(10))
        site = UInt128(String(decoding: bytes, as: UTF8.self), radix: 16) ?? 0
    }

    /// The first subnet that overlaps none of those in use. Errors: `internal` when all are.
    func choose(_ family: AddressFamily, used: [IPNetwork]) throws(EngineError) -> IPNetwork {
        func isFree(_ candidate: IPNetwork) -> Bool { !used.contains { $0.overlaps(candidate) } }
        let free =
            switch (family, scope) {
            case (.v4, .host): Self.v4.first(where: isFree)
            case (.v4, .cluster): (0..<65_536).lazy.map(Self.shared).first(where: isFree)
            case (.v6, _): (0..<65_536).lazy.map(uniqueLocal).first(where: isFree)
            }
        guard let free else {
            throw EngineError(.internal, "all predefined address pools have been fully subnetted")
        }
        return free
    }

    /// Docker's for networks of several hosts: 65,536 of 256 addresses.
    private static func shared(_ number: Int) -> IPNetwork {
        let address = IPv4Address(rawValue: 10 << 24 | UInt32(number) << 8)
        // 24 is a length that IPv4 has.
        return IPNetwork(.v4(address), prefixLength: 24)!
    }

    /// `fd` + 40 bits of the site + the number: 64 bits for hosts.
    private func uniqueLocal(_ number: Int) -> IPNetwork {
        let address = UInt128(0xfd) << 120 | site << 80 | UInt128(number) << 64
        // 64 is a length that IPv6 has.
        return IPNetwork(.init(rawValue: address, .v6), prefixLength: 64)!
    }
}
