import ClientProfile
import Testing

@testable import DockerCLI

@Suite struct SearchCommandTests {
    private func asked(_ words: String...) throws -> String? {
        let engine = try FakeEngine(200, "[]")
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["search"] + words)
        #expect(code == 0 && text == "NAME      DESCRIPTION   STARS     OFFICIAL   AUTOMATED\n")
        #expect(requests.first?.header("X-Registry-Auth") == "e30=")
        return requests.first?.line
    }

    @Test func flagsBecomeFilters() throws {
        #expect(try asked("alpha") == "GET /images/search?term=alpha")
        #expect(
            try asked("-s", "3", "--automated", "--limit", "7", "alpha")
                == "GET /images/search?term=alpha&limit=7"
                + "&filters=%7B%22is-automated%22:%7B%22true%22:true%7D%2C%22stars%22:%7B%223%22:true%7D%7D")
    }

    @Test(arguments: [
        ("alpha", RegistryServer.hub), ("user/alpha", RegistryServer.hub), ("host:5000/alpha", "host:5000"),
        ("localhost/x", "localhost"), ("docker.io/x", RegistryServer.hub), ("a.b", RegistryServer.hub),
    ])
    func theRegistryIsInTheTerm(_ term: String, _ server: String) {
        #expect(RegistryServer.key(ofSearch: term) == server)
    }
}
