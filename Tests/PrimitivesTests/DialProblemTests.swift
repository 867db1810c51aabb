import Primitives
import Testing

@Suite struct DialProblemTests {
    @Test(arguments: [
        "example.org", "example.org:1", "127.0.0.1:65535", "[::1]", "[fe80::1]:443", "[::ffff:1.2.3.4]:80",
        "a_b-c:8080",
    ])
    func thereIsNone(_ authority: String) {
        #expect(DialProblem.text(of: authority) == nil)
    }

    /// Go: net.parsePort and url.validOptionalPort.
    @Test(arguments: ["65536", "99999", "0", "00000", "", "-1", "+80", "99999999999999999999", "http", "8 0", "80:80"])
    func portsThatAreNone(_ port: String) {
        #expect(DialProblem.text(of: "127.0.0.1:" + port) == "dial tcp: address \(port): invalid port")
        #expect(DialProblem.text(of: "[::1]:" + port) == "dial tcp: address \(port): invalid port")
    }

    @Test(arguments: ["%5B%5D", "[]", "[::1", "", "a%20b", "[g::]", "a b", "u@host", "a[b]", "[::1]x"])
    func hostsThatAreNone(_ host: String) {
        #expect(DialProblem.text(of: host) == "dial tcp: lookup \(host): no such host")
    }
}
