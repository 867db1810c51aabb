#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
public import Primitives

/// The addresses that a host's name stands for (man 3 getaddrinfo).
public enum HostAddresses {
    /// Each once, in the resolver's order; empty for a name that nobody knows. Blocks as long as the resolver does.
    public static func of(_ host: String) -> [IPAddress] {
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, nil, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = list
        while let candidate = next {
            if let address = address(candidate.pointee), !found.contains(address) { found.append(address) }
            next = candidate.pointee.ai_next
        }
        return found
    }

    private static func address(_ info: addrinfo) -> IPAddress? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        else { return nil }
        let shown = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        // A link's own address comes with the link's name.
        return IPAddress(shown.prefix { $0 != "%" })
    }
}
