internal import Primitives
internal import Synchronization

/// Every service, by id. Which container is behind a service is decided here, before anything is done about it.
final class ServiceTable: Sendable {
    private let records = Mutex<[String: ServiceRecord]>([:])

    func all() -> [ServiceRecord] {
        records.withLock { Array($0.values) }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    func on(_ networkID: String) -> [ServiceRecord] { all().filter { $0.networkID == networkID } }
    func with(container: ContainerID) -> [ServiceRecord] { all().filter { $0.container == container.description } }

    func find(_ id: String) throws(EngineError) -> ServiceRecord {
        guard let record = records.withLock({ $0[id] }) else { throw .noSuchService }
        return record
    }

    /// Errors: `forbidden` for a name that the network has.
    func insert(_ record: ServiceRecord) throws(EngineError) {
        let isTaken = records.withLock { records in
            let isTaken = records.values.contains { $0.networkID == record.networkID && $0.name == record.name }
            if !isTaken { records[record.id] = record }
            return isTaken
        }
        guard !isTaken else {
            throw EngineError(.forbidden, "service endpoint with name \(record.name) already exists")
        }
    }

    /// Errors: `forbidden` while a container is behind it.
    func remove(_ id: String) throws(EngineError) -> ServiceRecord {
        let found = records.withLock { records -> ServiceRecord? in
            let found = records[id]
            if found?.container == nil { records[id] = nil }
            return found
        }
        guard let found else { throw .noSuchService }
        guard found.container == nil else {
            throw EngineError(.forbidden, "service with name \(found.name) id \(id) has active containers")
        }
        return found
    }

    /// Puts a container behind a service. Errors: `badParameter` when there is one.
    func claim(_ id: String, for container: ContainerID) throws(EngineError) -> ServiceRecord {
        let (found, isFree) = records.withLock { records -> (ServiceRecord?, Bool) in
            let isFree = records[id]?.container == nil
            if isFree {
                records[id]?.container = container.description
                records[id]?.bringsContainer = false
            }
            return (records[id], isFree)
        }
        guard let found else { throw .noSuchService }
        guard isFree else { throw EngineError(.badParameter, "a container has already joined the endpoint") }
        return found
    }

    /// The record as it is then; nil when the service is gone.
    @discardableResult
    func update(_ id: String, _ change: (inout ServiceRecord) -> Void) -> ServiceRecord? {
        records.withLock { records in
            guard var record = records[id] else { return nil }
            change(&record)
            records[id] = record
            return record
        }
    }
}

extension EngineError {
    static let noSuchService = EngineError(.notFound, "Service not found")
}
