internal import Netlink

/// Room for our bridges beside a real Docker on the same host.
///
/// A Docker that was the first to switch forwarding on drops what it doesn't know (`FORWARD` with the policy drop), and no
/// rule of another table overrules that. It keeps a chain for its neighbours, `DOCKER-USER`, which it never flushes: there
/// our bridges are let through. What comes in to them our own table filters; their way to Docker's bridges stays Docker's
/// to allow. See "Packet filtering and firewalls" in Docker's documentation.
///
/// An error leaves things as Docker has them; `Firewall.foreignDrops` tells of that.
struct DockerUserChain: Sendable {
    private static let families = ["ip", "ip6"]

    let nftables: Nftables
    /// What our rules carry as comment: this, a blank and the bridge.
    let mark: String

    /// Lets these bridges through where Docker drops; those that are let through already stay so.
    func open(_ bridges: [String]) {
        for family in Self.families where isDropping(family) {
            let known = Set(rules(family).map(\.bridge))
            let missing = bridges.filter { !known.contains($0) }.map { commands(family, $0) }
            if !missing.isEmpty { _ = try? nftables.run(missing.joined()) }
        }
    }

    /// Takes the rules for a bridge away; for all bridges with nil.
    func close(_ bridge: String?) {
        for family in Self.families {
            let gone = rules(family).filter { bridge == nil || $0.bridge == bridge }
            let commands = gone.map { "delete rule \(family) filter DOCKER-USER handle \($0.handle)\n" }
            if !commands.isEmpty { _ = try? nftables.run(commands.joined()) }
        }
    }

    func letsThrough(_ bridges: Set<String>, _ family: String) -> Bool {
        bridges.isSubset(of: rules(family).map(\.bridge))
    }

    private func isDropping(_ family: String) -> Bool {
        guard let chain = try? nftables.run("list chain \(family) filter FORWARD") else { return false }
        return chain.contains("policy drop;") && chain.contains("jump DOCKER-USER")
    }

    /// Each is put first, so they stand in the opposite order.
    private func commands(_ family: String, _ bridge: String) -> String {
        let verdicts = [
            "iifname \"\(bridge)\" counter accept",
            "iifname \"\(bridge)\" oifname { \"docker0\", \"docker_gwbridge\", \"br-*\" } counter return",
            "oifname \"\(bridge)\" counter accept",
        ]
        return verdicts.map {
            "insert rule \(family) filter DOCKER-USER \($0) comment \"\(mark) \(bridge)\"\n"
        }.joined()
    }

    private func rules(_ family: String) -> [(bridge: String, handle: Int)] {
        let listing = (try? nftables.run("list chain \(family) filter DOCKER-USER", handles: true)) ?? ""
        return listing.split(separator: "\n").compactMap { line in
            // … comment "MARK BRIDGE" # handle 12
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "\"" }
            guard let place = words.firstIndex(of: "comment"), words.count == place + 6,
                words[place + 1] == mark, let handle = Int(words[place + 5])
            else { return nil }
            return (String(words[place + 2]), handle)
        }
    }
}
