internal import Netlink
internal import Primitives
internal import Synchronization

/// The daemon's table in the kernel. What should be in it is kept here too, so that it can be put back as a whole when
/// somebody flushed the host's rules. Blocks; one change at a time.
final class Firewall: Sendable {
    private let nftables: Nftables
    private let elements: SetElements
    private let tracking: ConnectionTracking
    private let ruleset: Ruleset
    /// Held during each transaction: the kernel's content and this one must change in the same order.
    private let content = Mutex<Set<Publication>>([])

    init(_ ruleset: Ruleset) throws(EngineError) {
        do { nftables = try Nftables() } catch { throw .network(error) }
        do {
            elements = try SetElements(table: ruleset.table)
            tracking = try ConnectionTracking()
        } catch {
            throw .network(error, "open the firewall")
        }
        self.ruleset = ruleset
    }

    /// Puts a table in place when there is none; one that is there keeps working until `rebuild`.
    func prepare() throws(EngineError) {
        if (try? nftables.run("list table inet \(ruleset.table)")) != nil { return }
        try rebuild()
    }

    /// Replaces the table by what it should be, in one transaction, with more elements first if any are given.
    func rebuild(adding publications: [Publication] = []) throws(EngineError) {
        try content.withLock { (content) throws(EngineError) in
            content.formUnion(publications)
            try replace(content)
        }
    }

    func publish(_ publications: [Publication]) throws(EngineError) {
        guard !publications.isEmpty else { return }
        try content.withLock { (content) throws(EngineError) in
            if (try? elements.add(publications.map(\.setElement))) == nil { try replace(content.union(publications)) }
            content.formUnion(publications)
        }
        // Who sends datagrams to the port already goes on to where the first of them went, to nobody.
        for publication in publications where publication.transport == .udp {
            _ = try? tracking.forget(to: publication.hostPort, .udp)
        }
    }

    /// What is not published is no error.
    func withdraw(_ publications: [Publication]) throws(EngineError) {
        try content.withLock { (content) throws(EngineError) in
            let present = content.intersection(publications)
            guard !present.isEmpty else { return }
            content.subtract(present)
            if (try? elements.remove(present.map(\.setElement))) == nil { try replace(content) }
        }
        // Nor do they go on to a container that is gone. Where the kernel can't forget, it takes half a minute.
        for publication in publications where publication.transport == .udp {
            _ = try? tracking.forget(to: publication.hostPort, .udp, answeredBy: publication.address)
        }
    }

    /// Takes the table away.
    func remove() throws(EngineError) {
        do {
            try nftables.run("add table inet \(ruleset.table)\ndelete table inet \(ruleset.table)\n")
        } catch {
            throw .network(error)
        }
    }

    private func replace(_ content: Set<Publication>) throws(EngineError) {
        do { try nftables.run(ruleset.text(content)) } catch { throw .network(error) }
    }

    /// Other tables whose forward chains drop what they don't know: rules here can't overrule them.
    func foreignDrops() -> [String] {
        guard let listing = try? nftables.run("list chains") else { return [] }
        return Self.foreignDrops(listing, own: ruleset.table)
    }

    static func foreignDrops(_ listing: String, own: String) -> [String] {
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
