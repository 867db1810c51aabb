import HostSystem
import Primitives
import Testing

@Suite struct HostAddressesTests {
    @Test(arguments: ["127.0.0.1", "::1"])
    func anAddressStandsForItself(text: String) throws {
        #expect(HostAddresses.of(text) == [try #require(IPAddress(text))])
    }

    /// RFC 6761, 6.4: such a name never exists.
    @Test func whatNobodyKnowsHasNone() { #expect(HostAddresses.of("registry.invalid") == []) }
}
