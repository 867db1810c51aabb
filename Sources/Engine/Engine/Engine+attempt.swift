internal import APIModel
internal import Logging
internal import Primitives

extension Engine {
    /// Clean-up that must go on whatever fails: the failure is logged.
    func attempt(_ what: @autoclosure () -> String, _ body: () throws -> Void) {
        do { try body() } catch { logger.warning("can't \(what()): \(error)") }
    }

    func attempt(_ what: @autoclosure () -> String, _ body: () async throws(EngineError) -> Void) async {
        do { try await body() } catch { logger.warning("can't \(what()): \(error)") }
    }

    /// Writes a container's record.
    func save(_ container: Container, isDurable: Bool = false) async throws(EngineError) {
        try await workers.run { [store] in try store.save(container, isDurable: isDurable) }
    }
}

extension StateStore {
    /// Writes what the container's record is by then; a container that is being removed is left alone.
    /// `isDurable`: on disk on return, unless nothing of the container shall outlast its process.
    func save(_ container: Container, isDurable: Bool = false) throws {
        try save(isDurable: isDurable && !container.record.hostConfig.autoRemove) {
            let record = container.record
            return record.state.phase == .removing ? nil : record
        }
    }
}
