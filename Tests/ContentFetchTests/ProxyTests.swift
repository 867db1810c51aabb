import Testing

@testable import ContentFetch

@Suite struct ProxyTests {
    private func proxy(_ url: String, _ environment: [String: String]) -> String? {
        Proxy.of(url) { environment[$0] }.map { "\($0.host):\($0.port)" }
    }

    @Test func schemesHaveTheirOwnProxy() {
        let environment = ["HTTP_PROXY": "http://plain:3128", "https_proxy": "secure:3129"]
        #expect(proxy("http://a.example/x", environment) == "plain:3128")
        #expect(proxy("https://a.example/x", environment) == "secure:3129")
        #expect(proxy("https://a.example/x", [:]) == nil)
    }

    @Test(arguments: [
        ("http://user:word@p:3128", "user:word"), ("user:word@p:3128", "user:word"), ("http://user@p", "user:"),
        ("http://a%40b:x%3A%2f%25@p/", "a@b:x:/%"), ("http://a:b@c@p", "a:b@c"), ("http://%zz:%4@p", "%zz:%4"),
    ]) func someProxiesWantToKnowWhoAsks(_ text: String, credentials: String) {
        let proxy = Proxy.of("http://a.example/") { $0 == "HTTP_PROXY" ? text : nil }
        #expect(proxy?.host == "p")
        #expect(proxy?.credentials == credentials)
        #expect(Proxy.of("http://a.example/") { $0 == "HTTP_PROXY" ? "http://p" : nil }?.credentials == nil)
    }

    @Test func someHostsAreAskedDirectly() {
        let environment = ["HTTP_PROXY": "http://user:word@proxy", "NO_PROXY": "one.example, .two.example"]
        #expect(proxy("http://three.example/", environment) == "proxy:80")
        #expect(proxy("http://one.example/", environment) == nil)
        #expect(proxy("http://deep.two.example:8080/", environment) == nil)
        #expect(proxy("http://notone.example/", environment) == "proxy:80")
        for local in ["http://localhost/", "http://127.0.0.1:5000/", "http://[::1]/"] {
            #expect(proxy(local, environment) == nil)
        }
        #expect(proxy("http://x.example/", ["HTTP_PROXY": "p:1", "NO_PROXY": "*"]) == nil)
    }

    /// As `golang.org/x/net/http/httpproxy` documents it.
    @Test func networksAreAskedDirectly() {
        let environment = ["HTTP_PROXY": "p:1", "NO_PROXY": "10.0.0.0/8,192.0.2.7,fd00::/8"]
        for near in ["http://10.1.2.3:5000/", "http://192.0.2.7/", "http://[fd00::1]:80/"] {
            #expect(proxy(near, environment) == nil, "\(near)")
        }
        for far in ["http://11.1.2.3/", "http://192.0.2.8/", "http://[fe00::1]/", "http://10.example/"] {
            #expect(proxy(far, environment) == "p:1", "\(far)")
        }
    }
}
