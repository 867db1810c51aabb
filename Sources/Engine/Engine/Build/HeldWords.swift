internal import APIModel
internal import Synchronization

/// What a quiet build says: nothing, unless it fails. (`docker build -q`)
final class HeldWords: Sendable {
    private struct State {
        var messages: [ProgressMessage] = []
        var bytes = 0
    }

    /// Of what is said this much is kept, in bytes: the last of it.
    private static let longest = 1 << 20

    private let state = Mutex(State())
    private let report: ProgressReport

    init(_ report: @escaping ProgressReport) { self.report = report }

    /// What programs read goes on at once.
    func take(_ message: ProgressMessage) {
        guard message.aux == nil else { return report(message) }
        guard let text = message.stream else { return }
        state.withLock { state in
            state.messages.append(message)
            state.bytes += text.utf8.count
            while state.bytes > Self.longest, state.messages.count > 1 {
                state.bytes -= state.messages.removeFirst().stream?.utf8.count ?? 0
            }
        }
    }

    /// The build has failed.
    func release() {
        let messages = state.withLock { state in
            defer { state = State() }
            return state.messages
        }
        for message in messages { report(message) }
    }
}
