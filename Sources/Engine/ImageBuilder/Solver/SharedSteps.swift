internal import OrderedJSON
internal import Primitives
internal import Synchronization

/// Steps that are being done, for all builds: who wants the same one waits for it instead, and finds it in the cache.
public final class SharedSteps: Sendable {
    private struct State {
        /// Those who wait for a step, by number.
        var waiting: [Digest: [Int: CheckedContinuation<Void, Never>]] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// True: the step is the caller's, who calls `leave` at its end. False: somebody else's has just ended, or the task is
    /// cancelled.
    func enter(_ key: Digest) async -> Bool {
        let number = state.withLock { state -> Int? in
            guard state.waiting[key] != nil else {
                state.waiting[key] = [:]
                return nil
            }
            state.next += 1
            return state.next
        }
        guard let number else { return true }
        await withTaskCancellationHandler {
            await wait(for: key, number)
        } onCancel: {
            state.withLock { $0.waiting[key]?.removeValue(forKey: number) }?.resume()
        }
        return false
    }

    private func wait(for key: Digest, _ number: Int) async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                guard state.waiting[key] != nil, !Task.isCancelled else { return false }
                state.waiting[key]?[number] = continuation
                return true
            }
            if !waits { continuation.resume() }
        }
    }

    func leave(_ key: Digest) {
        let waiting = state.withLock { $0.waiting.removeValue(forKey: key) ?? [:] }
        for continuation in waiting.values { continuation.resume() }
    }
}

extension ImagePlan {
    /// The same for all that make the same of the same.
    func key(epoch: String?) -> Digest? {
        let encoder = OrderedJSONEncoder()
        guard let step = try? encoder.encode(stepConfig), let config = try? encoder.encode(config) else { return nil }
        var place = parent.id + " " + parent.platform.description + " " + author + "\n" + (epoch ?? "") + "\n"
        for step in held { place += step.author + "\n" + step.createdBy + "\n" }
        return .sha256(of: Array(place.utf8) + step + config)
    }
}
