import Primitives
import Testing

@testable import Engine

@Suite struct ServiceTableTests {
    private let table = ServiceTable()
    private let container = ContainerID.random()

    private func publish(_ name: String, on network: String = "n1") throws -> ServiceRecord {
        let record = ServiceRecord(id: "\(network)-\(name)", name: name, networkID: network)
        try table.insert(record)
        return record
    }

    /// The kind of what is thrown.
    private func kind(_ body: () throws(EngineError) -> Void) -> EngineError.Kind? {
        do throws(EngineError) { try body() } catch { return error.kind }
        return nil
    }

    @Test func aNameIsGivenOnceInANetwork() throws {
        let first = try publish("db")
        _ = try publish("db", on: "n2")
        #expect(throws: EngineError.self) { try publish("db") }
        #expect(table.on("n1") == [first])
        #expect(table.all().map(\.name) == ["db", "db"])
    }

    @Test func oneContainerStandsBehindAService() throws {
        let service = try publish("db")
        #expect(try table.claim(service.id, for: container).container == container.description)
        #expect(kind { () throws(EngineError) in _ = try table.claim(service.id, for: .random()) } == .badParameter)
        #expect(table.with(container: container).map(\.id) == [service.id])
    }

    @Test func whatIsInUseIsNotRemoved() throws {
        let service = try publish("db")
        _ = try table.claim(service.id, for: container)
        #expect(kind { () throws(EngineError) in _ = try table.remove(service.id) } == .forbidden)
        table.update(service.id) { $0.container = nil }
        #expect(try table.remove(service.id) == service)
        #expect(kind { () throws(EngineError) in _ = try table.remove(service.id) } == .notFound)
    }

    /// As `parseService` of 1.8.0's `daemon/container_unix.go` takes it apart.
    @Test(arguments: [
        ("db", "db", "bridge", "bridge"), ("db.back", "db", "back", "bridge"),
        ("db.back.macvlan", "db", "back", "macvlan"), ("a.b.back.bridge", "a.b", "back", "bridge"),
    ])
    func aPlaceHasUpToThreeParts(_ text: String, _ service: String, _ network: String, _ driver: String) {
        let place = ServicePlace(text)
        #expect(place.service == service && place.network == network && place.driver == driver)
    }
}
