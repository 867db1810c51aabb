/// Who sent datagrams to a port, and when last. A value: it is told the time.
struct DatagramFlows<Peer: Hashable, Flow> {
    private struct Entry {
        var flow: Flow
        var lastUsed: Int64
    }

    /// Nanoseconds, as docker-proxy has it.
    static var idleLimit: Int64 { 90 * 1_000_000_000 }
    static var maximum: Int { 1024 }

    private var entries: [Peer: Entry] = [:]

    var isEmpty: Bool { entries.isEmpty }

    /// The peer's flow, which counts as used now.
    mutating func flow(of peer: Peer, at now: Int64) -> Flow? {
        entries[peer]?.lastUsed = now
        return entries[peer]?.flow
    }

    /// Adds a flow; of too many the one that was idle longest goes, and comes back to be closed.
    mutating func add(_ flow: Flow, of peer: Peer, at now: Int64) -> Flow? {
        var dropped: Flow?
        if entries.count >= Self.maximum, let oldest = entries.min(by: { $0.value.lastUsed < $1.value.lastUsed }) {
            dropped = entries.removeValue(forKey: oldest.key)?.flow
        }
        entries[peer] = Entry(flow: flow, lastUsed: now)
        return dropped
    }

    /// Takes out what has been idle for too long.
    mutating func expire(at now: Int64) -> [Flow] {
        let idle = entries.filter { now - $0.value.lastUsed >= Self.idleLimit }
        for peer in idle.keys { entries[peer] = nil }
        return idle.values.map(\.flow)
    }
}
