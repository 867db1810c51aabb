public import Primitives

extension Engine {
    public func restart(_ name: String, timeout: Int?, signal: String?) async throws(EngineError) {
        let container = try containers.find(name)
        let number = try signal.map { text throws(EngineError) in try Signal.parse(text) }
        try await container.gate.withGate { () async throws(EngineError) in
            try checkExists(container, name: name)
            if container.state.isRunning {
                try await stopNow(container, timeout: timeout, signal: number)
            }
            try await startNow(container)
            publish("restart", container.record)
        }
    }
}
