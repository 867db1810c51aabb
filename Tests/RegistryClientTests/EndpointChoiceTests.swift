import Primitives
import Testing

@testable import RegistryClient

@Suite struct EndpointChoiceTests {
    private static func choice(insecure: [String] = [], mirrors: [String] = []) -> EndpointChoice {
        var configuration = RegistryConfiguration(userAgent: "test")
        configuration.insecure = insecure
        configuration.mirrors = mirrors
        return EndpointChoice(configuration)
    }

    private static func list(_ choice: EndpointChoice, _ domain: String, reads: Bool = true) async -> [String] {
        await choice.endpoints(for: domain, reads: reads).map { "\($0.address)\($0.isVerified ? "" : " unverified")" }
    }

    @Test func strangersNeedGoodCertificates() async {
        #expect(await Self.list(Self.choice(), "192.0.2.1:5000") == ["https://192.0.2.1:5000"])
    }

    @Test(arguments: ["localhost:5000", "127.0.0.1:5000", "127.9.8.7", "[::1]:5000"])
    func loopbackMaySpeakPlainly(domain: String) async {
        #expect(
            await Self.list(Self.choice(), domain) == ["https://\(domain) unverified", "http://\(domain) unverified"])
    }

    @Test(arguments: ["192.0.2.1:5000", "192.0.2.1", "192.0.2.0/24"])
    func insecureOnesAreNamedByHostOrNetwork(entry: String) async {
        #expect(await Self.list(Self.choice(insecure: [entry]), "192.0.2.1:5000").count == 2)
        #expect(await Self.list(Self.choice(insecure: [entry]), "192.0.3.1:5000").count == 1)
    }

    /// Docker looks up all of them too (registry/config.go, isSecureIndex).
    @Test func oneOfAHostsAddressesInANetworkIsEnough() async throws {
        let addresses = try ["2001:db8::7", "192.0.2.9", "198.51.100.4"].map { try #require(IPAddress($0)) }
        for (network, isInsecure) in [("198.51.100.0/24", true), ("2001:db8::/32", true), ("203.0.113.0/24", false)] {
            var configuration = RegistryConfiguration(userAgent: "test")
            configuration.insecure = [network]
            let choice = EndpointChoice(configuration) { $0 == "registry.example" ? addresses : [] }
            #expect(await choice.isInsecure("registry.example:5000") == isInsecure)
        }
    }

    @Test func mirrorsAreForReadingDockerHub() async {
        let choice = Self.choice(mirrors: ["https://mirror.example"])
        #expect(await Self.list(choice, "docker.io", reads: false) == ["https://registry-1.docker.io"])
        #expect(await Self.list(choice, "192.0.2.1") == ["https://192.0.2.1"])
    }

    @Test func mirrorsAreRegistriesAndNothingMore() throws {
        #expect(try RegistryConfiguration.mirror("https://mirror.example/") == "https://mirror.example")
        for text in ["mirror.example", "ftp://mirror.example", "https://mirror.example/v2/"] {
            #expect(throws: EngineError.self) { try RegistryConfiguration.mirror(text) }
        }
    }

    @Test func secretsAreInNoText() {
        let credentials = RegistryCredentials(username: "me", password: "hunter2", identityToken: "tok")
        #expect("\(credentials)\(String(reflecting: credentials))".contains("hunter2") == false)
        #expect("\(credentials)".contains("tok") == false)
    }
}
