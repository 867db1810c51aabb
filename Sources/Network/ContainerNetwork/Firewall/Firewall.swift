internal import Netlink
internal import Primitives
internal import Synchronization

/// The daemon's table in the kernel. What should be in it is kept here too, so that it can be put back as a whole when
/// somebody flushed the host's rules. Blocks; one change at a time.
final class Firewall: Sendable {
    /// All that the table should hold.
    struct Content: Sendable {
        var bridges: Set<BridgeRules> = []
        var publications: Set<Publication> = []
        /// Counted: several links may ask for the same.
        var openings: [Opening: Int] = [:]

        var elements: [(set: String, element: String)] {
            bridges.flatMap(\.elements) + publications.map { (set: $0.map, element: $0.element) }
                + openings.keys.compactMap(\.element)
        }
    }

    let table: String
    private let nftables: Nftables
    private let elements: SetElements
    private let tracking: ConnectionTracking
    private let neighbour: DockerUserChain
    /// Held during each transaction: the kernel's content and this one must change in the same order.
    private let content = Mutex(Content())

    init(table: String) throws(EngineError) {
        do { nftables = try Nftables() } catch { throw .network(error) }
        do {
            elements = try SetElements(table: table)
            tracking = try ConnectionTracking()
        } catch {
            throw .network(error, "open the firewall")
        }
        self.table = table
        neighbour = DockerUserChain(nftables: nftables, mark: table)
    }

    /// Whether the table is in place, from this daemon or the one before.
    var isThere: Bool { (try? nftables.run("list chain inet \(table) inbound")) != nil }

    /// Replaces the table by what it should be, in one transaction, with more first if any are given.
    func rebuild(adding publications: [Publication] = [], openings: [Opening] = []) throws(EngineError) {
        try content.withLock { (content) throws(EngineError) in
            content.publications.formUnion(publications)
            for opening in openings { content.openings[opening, default: 0] += 1 }
            try replace(content)
        }
    }

    /// Bridges of the daemon before: they are in the table when it is there, and come in with `rebuild`.
    func expect(_ bridges: [BridgeRules]) { content.withLock { $0.bridges.formUnion(bridges) } }

    func add(_ bridge: BridgeRules) throws(EngineError) {
        try content.withLock { (content) throws(EngineError) in
            guard content.bridges.insert(bridge).inserted else { return }
            do throws(EngineError) {
                try apply("add", bridge.elements, content)
            } catch {
                content.bridges.remove(bridge)
                throw error
            }
            neighbour.open([bridge.bridge])
        }
    }

    func remove(_ bridge: BridgeRules) throws(EngineError) {
        try content.withLock { (content) throws(EngineError) in
            guard content.bridges.remove(bridge) != nil else { return }
            neighbour.close(bridge.bridge)
            try apply("delete", bridge.elements, content)
        }
    }

    func open(_ openings: [Opening]) throws(EngineError) {
        guard !openings.isEmpty else { return }
        try content.withLock { (content) throws(EngineError) in
            let before = content.openings
            let new = openings.filter { before[$0] == nil }
            for opening in openings { content.openings[opening, default: 0] += 1 }
            do throws(EngineError) {
                try apply("add", new.compactMap(\.element), content)
            } catch {
                content.openings = before
                throw error
            }
        }
    }

    func close(_ openings: [Opening]) throws(EngineError) {
        guard !openings.isEmpty else { return }
        try content.withLock { (content) throws(EngineError) in
            var gone: [Opening] = []
            for opening in openings {
                guard let count = content.openings[opening] else { continue }
                content.openings[opening] = count > 1 ? count - 1 : nil
                if count == 1 { gone.append(opening) }
            }
            try apply("delete", gone.compactMap(\.element), content)
        }
    }

    func publish(_ publications: [Publication]) throws(EngineError) {
        guard !publications.isEmpty else { return }
        try content.withLock { (content) throws(EngineError) in
            content.publications.formUnion(publications)
            do throws(EngineError) {
                if (try? elements.add(publications.map(\.setElement))) == nil { try replace(content) }
            } catch {
                content.publications.subtract(publications)
                throw error
            }
        }
        // Who sends datagrams to the port already goes on to where the first of them went, to nobody.
        for publication in publications where publication.transport == .udp {
            _ = try? tracking.forget(to: publication.hostPort, .udp, publication.address.family)
        }
    }

    /// What is not published is no error.
    func withdraw(_ publications: [Publication]) throws(EngineError) {
        try content.withLock { (content) throws(EngineError) in
            let present = content.publications.intersection(publications)
            guard !present.isEmpty else { return }
            content.publications.subtract(present)
            if (try? elements.remove(present.map(\.setElement))) == nil { try replace(content) }
        }
        // Nor do they go on to a container that is gone. Where the kernel can't forget, it takes half a minute.
        for publication in publications where publication.transport == .udp {
            let (address, port) = (publication.address, publication.hostPort)
            _ = try? tracking.forget(to: port, .udp, address.family, answeredBy: address)
        }
    }

    /// Takes the table away.
    func remove() throws(EngineError) {
        neighbour.close(nil)
        do {
            try nftables.run("add table inet \(table)\ndelete table inet \(table)\n")
        } catch {
            throw .network(error)
        }
    }

    /// A change by itself, or the table as a whole when somebody took it away meanwhile.
    private func apply(
        _ verb: String, _ elements: [(set: String, element: String)], _ content: Content
    ) throws(EngineError) {
        guard !elements.isEmpty else { return }
        if (try? nftables.run(Ruleset.change(verb, table, elements))) == nil { try replace(content) }
    }

    private func replace(_ content: Content) throws(EngineError) {
        do { try nftables.run(Ruleset.text(table, content.elements)) } catch { throw .network(error) }
        neighbour.open(content.bridges.map(\.bridge))
    }

    /// Other tables whose forward chains drop what they don't know: rules here can't overrule them.
    func foreignDrops() -> [String] {
        guard let listing = try? nftables.run("list chains") else { return [] }
        let bridges = content.withLock { Set($0.bridges.map(\.bridge)) }
        return ForeignDrops.find(listing, own: table).filter { chain in
            // Docker's, when it lets us through.
            !["ip", "ip6"].contains { "\($0) filter FORWARD" == chain && neighbour.letsThrough(bridges, $0) }
        }
    }
}

/// Reads `nft list chains`.
enum ForeignDrops {
    static func find(_ listing: String, own: String) -> [String] {
        var table = ""
        var chain = ""
        var found: [String] = []
        for line in listing.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == ";" }.map(String.init)
            if words.first == "table", words.count >= 3 { table = "\(words[1]) \(words[2])" }
            if words.first == "chain", words.count >= 2 { chain = words[1] }
            guard words.first == "type", words.contains("forward"), words.suffix(2) == ["policy", "drop"] else {
                continue
            }
            if table != "inet \(own)" { found.append("\(table) \(chain)") }
        }
        return found
    }
}
