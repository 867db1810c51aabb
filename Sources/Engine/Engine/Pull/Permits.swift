internal import Synchronization

/// At most so many at once; the others wait in the order in which they came.
final class Permits: Sendable {
    private struct Waiter {
        var number: Int
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var free: Int
        var waiting: [Waiter] = []
        var next = 0
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// `whenWaiting` is called before a wait. Errors: the task is cancelled while it waits; then there is nothing to leave.
    func enter(whenWaiting: () -> Void = {}) async throws(CancellationError) {
        if takeFree() { return }
        whenWaiting()
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let isOurs = await withTaskCancellationHandler {
            await wait(number)
        } onCancel: {
            giveUp(number)
        }
        guard isOurs else { throw CancellationError() }
    }

    private func wait(_ number: Int) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                guard !Task.isCancelled else { return false }
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(Waiter(number: number, continuation: continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func giveUp(_ number: Int) {
        let waiter = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: false)
    }

    private func takeFree() -> Bool {
        state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
    }

    func leave() {
        let next = state.withLock { state -> Waiter? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.continuation.resume(returning: true)
    }
}
