internal import APIModel
internal import Logging

extension Engine {
    /// Blocking, at the start, when containers and networks are there: a service whose container is not known by its name
    /// was left in the middle of an attach or a detach.
    func recoverServices() throws {
        for var record in try store.loadServices() {
            guard let network = networks.with(id: record.networkID) else {
                // Its network's row may have been unreadable: it stays on disk.
                logger.warning("service \(record.name) has no network", metadata: ["id": "\(record.id)"])
                continue
            }
            let endpoint = record.container.flatMap { try? containers.find($0) }?.record.endpoints[network.name]
            if record.container != nil, endpoint?.aliases?.contains(record.name) != true {
                record.container = nil
                record.bringsContainer = false
                try store.save(record)
            }
            try services.insert(record)
        }
    }
}
