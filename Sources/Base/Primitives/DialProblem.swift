/// Why nobody can connect to the authority of a URL, `host` or `host:port`, in Go's words. The HTTP library ends the process
/// over some of these, so whatever an authority comes from, a user or a server, it is asked for here first.
public enum DialProblem {
    /// Nil when there is none.
    public static func text(of authority: some StringProtocol) -> String? {
        let (host, port) = split(authority)
        guard isHost(host) else { return "dial tcp: lookup \(host): no such host" }
        guard let port else { return nil }
        guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy(isDigit), let number = UInt32(port),
            (1...65535).contains(number)
        else { return "dial tcp: address \(port): invalid port" }
        return nil
    }

    private static func split<Text: StringProtocol>(
        _ authority: Text
    ) -> (host: Text.SubSequence, port: Text.SubSequence?) {
        let inside =
            authority.hasPrefix("[") ? authority.firstIndex(of: "]") ?? authority.endIndex : authority.startIndex
        guard let colon = authority[inside...].firstIndex(of: ":") else { return (authority[...], nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    /// A name, an IPv4 address, or an IPv6 address in brackets. Nothing in percents: it would be read a second time.
    private static func isHost(_ host: some StringProtocol) -> Bool {
        if host.hasPrefix("[") {
            let address = host.dropFirst().dropLast()
            return host.hasSuffix("]") && !address.isEmpty
                && address.utf8.allSatisfy { isDigit($0) || isHexLetter($0) || $0 == 0x3A || $0 == 0x2E }
        }
        return !host.isEmpty
            && host.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"%[]@:/?#\\\"<>^`{|}".utf8.contains($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isHexLetter(_ byte: UInt8) -> Bool { (0x61...0x66).contains(byte | 0x20) }
}
