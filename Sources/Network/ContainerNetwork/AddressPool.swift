internal import Netlink
internal import Primitives

/// Gives out the addresses of a network: the next free one after the last given, around and around.
struct AddressPool: Sendable {
    static let exhausted = "no available ip addresses on network"

    let network: IPv4Network
    private let range: ClosedRange<UInt32>
    private var last: UInt32
    /// One bit an address: word number → 64 addresses. Words without a bit are absent.
    private var words: [UInt32: UInt64] = [:]

    /// Addresses of `range` (default: the whole network) but the network's own, its broadcast and the gateway's.
    init(network: IPv4Network, range: IPv4Network? = nil, gateway: IPv4Address) {
        self.network = network.subnet
        let part = range ?? network
        self.range = part.first.rawValue...part.last.rawValue
        last = part.last.rawValue
        // RFC 3021: a network of two has neither.
        if network.prefixLength < 31 {
            reserve(network.first)
            reserve(network.last)
        }
        reserve(gateway)
    }

    mutating func allocate() throws(EngineError) -> IPv4Address {
        let start = last == range.upperBound ? range.lowerBound : last + 1
        guard let free = firstFree(start, range.upperBound) ?? firstFree(range.lowerBound, start) else {
            throw EngineError(.internal, Self.exhausted)
        }
        last = free
        let address = IPv4Address(rawValue: free)
        reserve(address)
        return address
    }

    /// Takes an address out of the pool; false when it is given already.
    @discardableResult
    mutating func reserve(_ address: IPv4Address) -> Bool {
        let bit = UInt64(1) << UInt64(address.rawValue & 63)
        let word = words[address.rawValue >> 6] ?? 0
        words[address.rawValue >> 6] = word | bit
        return word & bit == 0
    }

    mutating func release(_ address: IPv4Address) {
        let word = (words[address.rawValue >> 6] ?? 0) & ~(1 << UInt64(address.rawValue & 63))
        words[address.rawValue >> 6] = word == 0 ? nil : word
    }

    private func firstFree(_ from: UInt32, _ through: UInt32) -> UInt32? {
        var candidate = from
        while candidate <= through {
            let free = ~(words[candidate >> 6] ?? 0) >> UInt64(candidate & 63)
            if free != 0 {
                let (found, overflow) = candidate.addingReportingOverflow(UInt32(free.trailingZeroBitCount))
                return !overflow && found <= through ? found : nil
            }
            guard candidate >> 6 < UInt32.max >> 6 else { return nil }
            candidate = (candidate >> 6 + 1) << 6
        }
        return nil
    }
}
