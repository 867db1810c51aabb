import APIModel
import Primitives
import Testing

@testable import RemoteAPI

/// Parameters of `POST /build` as Docker's daemon reads them (moby: api/server/router/build).
@Suite struct BuildQueryTests {
    private func read(_ query: String, minor: Int = 50, header: [String: String] = [:]) throws -> BuildRequest {
        try BuildRequest(Query(parsing: query), version: APIVersion(1, minor)) { header[$0] }
    }

    @Test func containersGoUnlessTheyAreToStay() throws {
        for (query, removes, removesFailed) in [
            ("", true, false), ("rm=", true, false), ("rm=0", false, false), ("rm=1", true, false),
            ("rm=0&forcerm=1", true, true),
        ] {
            let request = try read(query)
            #expect(request.removesContainers == removes && request.removesFailed == removesFailed, "\(query)")
        }
    }

    @Test func documentsAreRead() throws {
        let request = try read(
            "t=a:1&t=b&buildargs={\"A\":\"1\",\"B\":null}&labels={\"l\":\"v\"}&cachefrom=[\"x\",\"y\"]"
                + "&ulimits=[{\"Name\":\"nofile\",\"Soft\":10,\"Hard\":20}]&shmsize=1024&memory=4096&memswap=-1"
                + "&extrahosts=a:1.2.3.4&extrahosts=b:::1&outputs=[{\"Type\":\"tar\",\"Attrs\":{\"dest\":\"x\"}}]")
        #expect(request.tags == ["a:1", "b"] && request.cacheFrom == ["x", "y"] && request.labels == ["l": "v"])
        #expect(request.arguments == ["A": "1", "B": nil])
        #expect(request.limits.ulimits == [Ulimit(name: "nofile", soft: 10, hard: 20)])
        #expect(request.limits.shmSize == 1024 && request.limits.memory == 4096 && request.limits.memorySwap == -1)
        #expect(request.extraHosts == ["a:1.2.3.4", "b:::1"])
        #expect(request.outputs == [BuildOutput(type: "tar", attributes: ["dest": "x"])])
    }

    @Test func namedContextsAreRead() throws {
        let request = try read("contexts=[{\"Name\":\"a\"},{\"Name\":\"b\",\"Source\":\"docker-image://c\"}]")
        #expect(
            request.contexts == [BuildContextName(name: "a"), BuildContextName(name: "b", source: "docker-image://c")])
        #expect(throws: EngineError.self) { try read("contexts=[1]") }
    }

    @Test func aResultIsAskedForByItsForm() throws {
        let request = try BuildResultRequest(Query(parsing: "id=sha256:a&type=oci&t=b&t=c:1"))
        #expect(
            request.id == "sha256:a" && request.form == .oci && request.names.map(\.familiar) == ["b:latest", "c:1"])
        for query in ["", "id=a", "id=a&type=local", "id=a&type=tar&t=A"] {
            #expect(throws: EngineError.self, "\(query)") { try BuildResultRequest(Query(parsing: query)) }
        }
    }

    @Test(arguments: [
        ("isolation=hyperv", "unsupported isolation: \"hyperv\""),
        ("session=x", "session: builds have no session; contexts, secrets and agents come with the call"),
    ])
    func whatWouldBeLeftUnheardIsRefused(_ query: String, _ text: String) {
        do {
            _ = try read(query)
            Issue.record("\(query) was taken")
        } catch {
            #expect((error as? EngineError)?.kind == .badParameter && (error as? EngineError)?.message == text)
        }
    }

    @Test(arguments: ["isolation=", "isolation=default", "isolation=Default", "session=", "compress=1"])
    func whatAsksForNothingIsTaken(_ query: String) throws { _ = try read(query) }

    @Test func extraHostsMayBeOneObject() throws {
        #expect(try read("extrahosts={\"b\":\"::1\",\"a\":\"1.2.3.4\"}").extraHosts == ["a:1.2.3.4", "b:::1"])
    }

    @Test func agentsAreForwardedToABuildWithAName() throws {
        let request = try read("buildid=1&ssh=default&ssh=other&ssh=")
        #expect(request.agents == ["default", "other"] && request.id == "1")
    }

    @Test(arguments: ["ssh=default", "buildargs=x", "labels=[]", "cachefrom={}", "ulimits=1", "shmsize=x", "version=3"])
    func whatIsNoneIsRefused(query: String) {
        #expect { try read(query) } throws: { ($0 as? EngineError)?.kind == .badParameter }
    }

    @Test func buildKitIsRefusedByName() {
        #expect { try read("version=2") } throws: { ($0 as? EngineError)?.kind == .notImplemented }
    }

    @Test func parametersCameWithVersions() throws {
        #expect(try !read("pull=1", minor: 15).pulls && read("pull=1", minor: 16).pulls)
        #expect(try read("platform=linux", minor: 31).platform.isEmpty)
        #expect(try read("", minor: 18).steps == .fromZero && read("", minor: 50).steps == .ofTotal)
    }

    @Test func secretsComeInAHeader() throws {
        var secrets = BuildSecrets()
        secrets["token"] = Array("hunter2".utf8)
        let request = try read("", header: [BuildSecrets.headerName: secrets.header])
        #expect(request.secrets["token"] == Array("hunter2".utf8))
        #expect(!"\(request) \(String(reflecting: request))".contains("hunter2"))
        #expect(throws: EngineError.self) { try read("", header: [BuildSecrets.headerName: "%"]) }
    }
}
