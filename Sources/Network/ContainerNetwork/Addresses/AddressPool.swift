internal import Netlink
internal import Primitives

/// Gives out the addresses of a network: the next free one after the last given, around and around.
struct AddressPool: Sendable {
    static let exhausted = "no available ip addresses on network"

    let network: IPNetwork
    private let range: ClosedRange<UInt128>
    private var last: UInt128
    /// One bit an address: word number → 64 addresses. Words without a bit are absent.
    private var words: [UInt128: UInt64] = [:]

    /// Addresses of `range` (default: the whole network) but the network's own, its broadcast and the `reserved`.
    init(network: IPNetwork, range: IPNetwork? = nil, reserved: [IPAddress] = []) {
        self.network = network.subnet
        let part = range ?? network
        self.range = part.range
        last = part.range.upperBound
        // RFC 3021, RFC 6164: a network of two has neither.
        if Int(network.prefixLength) < network.family.width - 1 {
            // In IPv6 it is the routers' (RFC 4291 2.6.1).
            reserve(network.first)
            if network.family == .v4 { reserve(network.last) }
        }
        for address in reserved { reserve(address) }
    }

    mutating func allocate() throws(EngineError) -> IPAddress {
        let start = last == range.upperBound ? range.lowerBound : last + 1
        guard let free = firstFree(start, range.upperBound) ?? firstFree(range.lowerBound, start) else {
            throw EngineError(.internal, Self.exhausted)
        }
        last = free
        let address = IPAddress(rawValue: free, network.family)
        reserve(address)
        return address
    }

    /// Takes an address out of the pool; false when it is given already.
    @discardableResult
    mutating func reserve(_ address: IPAddress) -> Bool {
        let value = address.rawValue
        let bit = UInt64(1) << UInt64(value & 63)
        let word = words[value >> 6] ?? 0
        words[value >> 6] = word | bit
        return word & bit == 0
    }

    mutating func release(_ address: IPAddress) {
        let value = address.rawValue
        let word = (words[value >> 6] ?? 0) & ~(1 << UInt64(value & 63))
        words[value >> 6] = word == 0 ? nil : word
    }

    private func firstFree(_ from: UInt128, _ through: UInt128) -> UInt128? {
        var candidate = from
        while candidate <= through {
            let free = ~(words[candidate >> 6] ?? 0) >> UInt64(candidate & 63)
            if free != 0 {
                let (found, overflow) = candidate.addingReportingOverflow(UInt128(free.trailingZeroBitCount))
                return !overflow && found <= through ? found : nil
            }
            guard candidate >> 6 < UInt128.max >> 6 else { return nil }
            candidate = (candidate >> 6 + 1) << 6
        }
        return nil
    }
}
