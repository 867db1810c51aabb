internal import APIModel
internal import Primitives

/// Waits with an end.
enum Deadline {
    /// Whether `wait` is over within `seconds`; negative waits for ever.
    static func finishes(within seconds: Int, _ wait: PendingWait) async throws(EngineError) -> Bool {
        guard seconds >= 0 else {
            _ = try await wait.value()
            return true
        }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await wait.value()) != nil }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }
}
