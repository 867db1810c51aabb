internal import APIModel
internal import Primitives
internal import Synchronization

/// Work by its digest: who wants what is under way already waits for the same, and hears of its progress from then on. It is
/// cancelled when nobody waits any more.
final class SharedWork<Subject: Sendable>: Sendable {
    /// `users` is changed with the table's lock held.
    private final class Entry: Sendable {
        let number: Int
        let subject: Subject
        let task: Task<Void, any Error>
        let listeners: ProgressListeners
        let users = Mutex(0)

        init(_ number: Int, _ subject: Subject, _ task: Task<Void, any Error>, _ listeners: ProgressListeners) {
            self.number = number
            self.subject = subject
            self.task = task
            self.listeners = listeners
        }
    }

    private struct State {
        var entries: [Digest: Entry] = [:]
        var next = 0
    }

    private let state = Mutex(State())
    /// What has to be done when the last one has left; the task has ended or is about to.
    private let ended: @Sendable (Digest, Subject, Task<Void, any Error>) -> Void

    init(ended: @escaping @Sendable (Digest, Subject, Task<Void, any Error>) -> Void) { self.ended = ended }

    /// One who waits. `leave` it, once or more often.
    final class Member: Sendable {
        let subject: Subject
        private let task: Task<Void, any Error>
        private let leaving: Mutex<Leaving>

        // A function must not be in a mutex by itself: see docs/workarounds.md.
        private struct Leaving {
            var action: (@Sendable () -> Void)?
        }

        fileprivate init(_ subject: Subject, _ task: Task<Void, any Error>, onLeave: @escaping @Sendable () -> Void) {
            self.subject = subject
            self.task = task
            leaving = Mutex(Leaving(action: onLeave))
        }

        /// Waits for the work; who is cancelled leaves.
        func wait() async throws {
            try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                leave()
            }
        }

        func leave() { leaving.withLock { $0.action.take() }?() }
    }

    /// Joins, or begins with what `start` gives.
    func join(
        _ key: Digest, _ report: @escaping ProgressReport,
        start: (ProgressListeners) -> (Subject, @Sendable () async throws -> Void)
    ) -> Member {
        state.withLock { state in
            if let entry = state.entries[key] { return member(key, entry, report) }
            let listeners = ProgressListeners()
            let (subject, work) = start(listeners)
            let number = state.next
            state.next += 1
            // Ends with the work, or is cancelled by the last member that leaves.
            let task = Task { [weak self] in
                do { try await work() } catch {
                    // Who comes now begins anew.
                    self?.forget(key, number)
                    throw error
                }
            }
            let entry = Entry(number, subject, task, listeners)
            state.entries[key] = entry
            return member(key, entry, report)
        }
    }

    private func member(_ key: Digest, _ entry: Entry, _ report: @escaping ProgressReport) -> Member {
        entry.users.withLock { $0 += 1 }
        let place = entry.listeners.add(report)
        return Member(entry.subject, entry.task) { [self] in
            entry.listeners.remove(place)
            leave(key, entry)
        }
    }

    private func leave(_ key: Digest, _ entry: Entry) {
        let isLast = state.withLock { state in
            let isLast = entry.users.withLock { users in
                users -= 1
                return users == 0
            }
            if isLast, state.entries[key] === entry { state.entries[key] = nil }
            return isLast
        }
        guard isLast else { return }
        entry.task.cancel()
        ended(key, entry.subject, entry.task)
    }

    private func forget(_ key: Digest, _ number: Int) {
        state.withLock { state in
            if state.entries[key]?.number == number { state.entries[key] = nil }
        }
    }
}

/// Those who hear of one piece of work.
final class ProgressListeners: Sendable {
    private let state = Mutex<(reports: [Int: ProgressReport], next: Int)>(([:], 0))

    func add(_ report: @escaping ProgressReport) -> Int {
        state.withLock { state in
            state.reports[state.next] = report
            state.next += 1
            return state.next - 1
        }
    }

    func remove(_ place: Int) { state.withLock { _ = $0.reports.removeValue(forKey: place) } }

    /// In order: a report only hands its message on.
    func tell(_ message: ProgressMessage) { state.withLock { for report in $0.reports.values { report(message) } } }
}
