internal import OCIRuntime
public import Primitives

extension Engine {
    public func resize(_ name: String, height: Int, width: Int) async throws(EngineError) {
        let container = try containers.find(name)
        guard container.state.hasProcess, let connection = container.withLive({ $0.connection }) else {
            throw EngineError(.conflict, "container \(container.id) is not running")
        }
        try resize(connection, exec: nil, height: height, width: width)
        publish("resize", container.record, ["height": "\(height)", "width": "\(width)"])
    }

    func resize(_ connection: ShimConnection, exec: String?, height: Int, width: Int) throws(EngineError) {
        guard let rows = UInt16(exactly: height), let columns = UInt16(exactly: width) else {
            throw EngineError(.badParameter, "invalid terminal size \(width)x\(height)")
        }
        do {
            try connection.send(.resize(exec: exec, columns: columns, rows: rows))
        } catch {
            throw EngineError(wrapping: error)
        }
    }
}
