import Testing

@testable import DockerCLI

@Suite struct InspectTests {
    private func engine() throws -> FakeEngine {
        try FakeEngine { line in
            switch line {
            case "GET /networks/web", "GET /networks/web?verbose=true":
                (200, #"{"Name":"web","Id":"b","Zeta":1,"Alpha":2}"#)
            case "GET /containers/web/json": (500, #"{"message":"boom"}"#)
            case "GET /networks/only": (200, #"{"Name":"only"}"#)
            default: (404, #"{"message":"network nope not found"}"#)
            }
        }
    }

    @Test(arguments: [["network", "inspect"], ["network", "info"], ["inspect", "--type", "network"]])
    func networksAreAsTheEngineTells(_ words: [String]) throws {
        let engine = try engine()
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(words + ["web", "nope", "only"])
        #expect(requests.map(\.line) == ["web", "nope", "only"].map { "GET /networks/\($0)" })
        #expect(code == 1)
        #expect(
            text == """
                Error response from daemon: network nope not found
                [
                    {
                        "Name": "web",
                        "Id": "b",
                        "Zeta": 1,
                        "Alpha": 2
                    },
                    {
                        "Name": "only"
                    }
                ]

                """)
    }

    @Test func templatesAndVerbosityArePassedOn() throws {
        let engine = try engine()
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["network", "inspect", "-v", "-f", "{{.Name}}/{{.Id}}", "web"])
        #expect(requests.map(\.line) == ["GET /networks/web?verbose=true"])
        #expect(text == "web/b\n" && code == 0)
    }

    @Test func networksComeAfterContainersAndImages() throws {
        let engine = try engine()
        defer { engine.close() }
        let found = try engine.docker(["inspect", "-f", "{{.Name}}", "only"])
        #expect(
            found.requests.map(\.line) == ["GET /containers/only/json", "GET /images/only/json", "GET /networks/only"])
        #expect(found.text == "only\n")
        let missing = try engine.docker(["inspect", "-f", "{{.Name}}", "nope"])
        #expect(missing.text == "Error: No such image or container: nope\n" && missing.code == 1)
        // What fails for another reason is told.
        #expect(try engine.docker(["inspect", "-f", "{{.Name}}", "web"]).text == "Error response from daemon: boom\n")
    }

    @Test func otherTypesAreToldApart() throws {
        let engine = try engine()
        defer { engine.close() }
        #expect(
            try engine.docker(["inspect", "--type", "volume", "x"]).text
                == "inspect --type volume is not supported yet\n")
        #expect(
            try engine.docker(["inspect", "--type", "bogus", "x"]).text
                == "unknown type: \"bogus\": must be one of \"config\", \"container\", \"image\", \"network\", \"node\", "
                + "\"plugin\", \"secret\", \"service\", \"task\", \"volume\"\n")
    }
}
