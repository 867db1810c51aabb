internal import APIModel
internal import ImageBuilder
internal import Synchronization

/// What a quiet build says: nothing, unless it fails. (`docker build -q`)
final class HeldWords: Sendable {
    /// Of what is said this much is kept, in bytes: the last of it.
    private static let longest = 1 << 20

    private let kept = Mutex(KeptMessages())
    private let report: ProgressReport

    init(_ report: @escaping ProgressReport) { self.report = report }

    /// What programs read goes on at once.
    func take(_ message: ProgressMessage) {
        guard message.aux == nil else { return report(message) }
        guard message.stream != nil else { return }
        kept.withLock { kept in
            kept.add(message)
            // Not at each: dropping some moves all others.
            if kept.bytes > 2 * Self.longest { kept.keepLast(Self.longest) }
        }
    }

    /// The build has failed.
    func release() {
        let messages = kept.withLock { kept in
            defer { kept = KeptMessages() }
            kept.keepLast(Self.longest)
            return kept.messages
        }
        for message in messages { report(message) }
    }
}
