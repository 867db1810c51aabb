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
            // Links tell both names.
            for other in parents(of: container.id) { other.withLive { $0.inspected = nil } }
            publish("rename", container.record, ["oldName": "/" + old])
        }
    }
}
