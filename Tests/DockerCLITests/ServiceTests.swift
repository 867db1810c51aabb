import OrderedJSON
import Testing

@testable import DockerCLI

/// Requests are those of the client in Docker 1.8.0's experimental build (`libnetwork/client/service.go`), and so is
/// what is printed; the columns are those of its `experimental/networking.md`.
@Suite struct ServiceTests {
    private static let id = String(repeating: "e", count: 64)
    private static let container = String(repeating: "c", count: 64)

    private func engine() throws -> FakeEngine {
        let service = #"{"name":"my-service","id":"\#(Self.id)","network":"foo"}"#
        let twin = #"{"name":"twice","id":"t1","network":"foo"},{"name":"twice","id":"t2","network":"bar"}"#
        return try FakeEngine { line in
            switch line {
            case "POST /services": (201, "\"\(Self.id)\"\n")
            case "GET /services?name=my-service", "GET /services?partial-id=eee", "GET /services",
                "GET /services?network=foo":
                (200, "[\(service)]")
            case "GET /services?name=twice": (200, "[\(twin)]")
            case "GET /services/\(Self.id)/backend": (200, #"[{"id":"\#(Self.container)"}]"#)
            case "GET /containers/web/json": (200, #"{"Id":"\#(Self.container)"}"#)
            case "GET /networks/nowhere": (404, #"{"message":"network nowhere not found"}"#)
            case _ where line.hasPrefix("GET /services?"): (200, "[]")
            default: (200, "{}")
            }
        }
    }

    private func docker(_ words: String...) throws -> (requests: [FakeEngine.Request], text: String, code: Int32) {
        let engine = try engine()
        defer { engine.close() }
        return try engine.docker(["service"] + words)
    }

    @Test func publishPrintsTheID() throws {
        let (requests, text, code) = try docker("publish", "my.service.foo")
        #expect(text == Self.id + "\n" && code == 0)
        #expect(requests.map(\.line) == ["POST /services"])
        #expect(
            requests.first?.body
                == ["name": "my.service", "network_name": "foo", "exposed_ports": [], "port_mapping": []])
    }

    @Test func theListNamesWhoStandsBehind() throws {
        #expect(
            try docker("ls").text == """
                SERVICE ID          NAME                NETWORK             PROVIDER
                eeeeeeeeeeee        my-service          foo                 cccccccccccc

                """)
        #expect(try docker("ls", "-q").text == "eeeeeeeeeeee\n")
        let whole = try docker("ls", "--no-trunc", "--net", "foo")
        #expect(whole.requests.first?.line == "GET /services?network=foo")
        #expect(whole.text.contains(Self.id) && whole.text.contains(Self.container))
    }

    @Test func infoHasThreeLines() throws {
        let expected = "Service Id: \(Self.id)\n\tName: my-service\n\tNetwork: foo\n"
        #expect(try docker("info", "my-service.foo").text == expected)
        #expect(try docker("info", "eee").text == expected)
    }

    @Test func attachAndDetachSayNothing() throws {
        let attached = try docker("attach", "web", "my-service.foo")
        #expect(attached.text.isEmpty && attached.code == 0)
        #expect(
            attached.requests.map(\.line) == [
                "GET /containers/web/json", "GET /networks/foo", "GET /services?name=my-service",
                "POST /services/\(Self.id)/backend",
            ])
        #expect(attached.requests.last?.body?["container_id"] == .string(Self.container))
        let detached = try docker("detach", "web", "my-service.foo")
        #expect(detached.requests.last?.line == "DELETE /services/\(Self.id)/backend/\(Self.container)")
        #expect(try docker("unpublish", "my-service").requests.last?.line == "DELETE /services/\(Self.id)")
    }

    @Test func whatIsNotThereIsNamed() throws {
        #expect(try docker("info", "other.foo").text == "Service other not found on network foo\n")
        #expect(try docker("info", "my-service.bar").text == "Service my-service not found on network bar\n")
        #expect(try docker("info", "other").text == "Service other not found on any network\n")
        #expect(try docker("info", "x.nowhere").text == "Network nowhere does not exist\n")
        let several = try docker("unpublish", "twice")
        #expect(several.text == "Service twice is published on several networks: name one\n" && several.code == 1)
    }

    @Test func noHelpTellsOfThem() throws {
        #expect(!HelpText.overview.contains("service"))
        let engine = try engine()
        defer { engine.close() }
        #expect(try !engine.docker(["run", "--help"]).text.contains("publish-service"))
        #expect(try engine.docker(["service"]).text.contains("Publish a new service on a network"))
        #expect(try docker("create", "x").text == "docker: 'service create' is not supported yet\n")
    }

    @Test func runPublishesAContainer() throws {
        let engine = try FakeEngine(201, #"{"Id":"c0ffee","Warnings":[]}"#)
        defer { engine.close() }
        let created = try engine.docker(["create", "--publish-service", "db.foo", "busybox"])
        #expect(created.requests.first?.body?["PublishService"] == "db.foo")
        let plain = try engine.docker(["create", "busybox"])
        #expect(plain.requests.first?.body?["PublishService"] == nil)
    }
}
