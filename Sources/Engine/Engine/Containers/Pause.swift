internal import Cgroups
public import Primitives

extension Engine {
    public func pause(_ name: String) async throws(EngineError) {
        let container = try containers.find(name)
        try await container.gate.withGate { () async throws(EngineError) in
            switch container.state.phase {
            case .running: break
            case .paused: throw EngineError(.conflict, "Container \(name) is already paused")
            case .restarting:
                throw EngineError(.conflict, "Container \(name) is restarting, wait until the container is running")
            default: throw EngineError(.conflict, "Container \(name) is not running")
            }
            let group = try controlGroup(of: container.record)
            try await workers.run { try group.freeze() }
            container.withLive { if $0.record.state.phase == .running { $0.record.state.phase = .paused } }
            try await save(container)
            publish("pause", container.record)
        }
    }

    public func unpause(_ name: String) async throws(EngineError) {
        let container = try containers.find(name)
        try await container.gate.withGate { () async throws(EngineError) in
            guard container.state.phase == .paused else {
                throw EngineError(.conflict, "Container \(name) is not paused")
            }
            try await thaw(container)
            try await save(container)
            publish("unpause", container.record)
        }
    }

    /// Lets a paused container run again.
    func thaw(_ container: Container) async throws(EngineError) {
        let group = try controlGroup(of: container.record)
        try await workers.run { try group.thaw() }
        container.withLive { if $0.record.state.phase == .paused { $0.record.state.phase = .running } }
    }
}
