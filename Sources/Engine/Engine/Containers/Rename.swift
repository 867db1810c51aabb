internal import ContainerNetwork
public import Primitives

extension Engine {
    public func rename(_ name: String, to newName: String) async throws(EngineError) {
        let container = try containers.find(name)
        guard !newName.isEmpty, newName != "/" else {
            throw EngineError(.badParameter, "Neither old nor new names may be empty")
        }
        let wanted = try ContainerName(parsing: newName).description
        try await container.gate.withGate { () async throws(EngineError) in
            try checkExists(container, name: name)
            let old = container.name
            guard old != wanted else {
                throw EngineError(.badParameter, "Renaming a container with the same name as its current name")
            }
            try containers.reserve(wanted, for: container.id)
            container.withLive { $0.record.name = wanted }
            do throws(EngineError) {
                try await save(container)
            } catch {
                container.withLive { $0.record.name = old }
                containers.release(wanted, by: container.id)
                throw error
            }
            containers.release(old, by: container.id)
            try await renewNames(of: container)
            // Links tell both names.
            for other in parents(of: container.id) { other.withLive { $0.inspected = nil } }
            publish("rename", container.record, ["oldName": "/" + old])
        }
    }

    /// Others find a container that runs by the names its record has now.
    func renewNames(of container: Container) async throws(EngineError) {
        let record = container.record
        guard record.state.hasProcess, let network else { return }
        let names = record.endpoints.reduce(into: [String: [String]]()) { names, entry in
            if let id = networks.named(entry.key)?.id { names[id] = record.networkNames(entry.value) }
        }
        guard let sandbox = network.rename(container.id, names) else { return }
        container.withLive { live in
            if live.record.state.hasProcess { live.record.sandbox = sandbox }
        }
        try await save(container)
    }
}
