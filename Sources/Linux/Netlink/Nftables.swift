internal import LinuxSystem
internal import Synchronization

/// What libnftables said about a command.
public struct NftablesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The library's text, on one line.
    public var message: String
    public var description: String { "nftables: \(message)" }
}

/// Runs nftables commands through libnftables: each call is one transaction, all or nothing.
///
/// The context is made once: making it costs about 1 ms, a command that adds an element to a map 0.25 ms whatever the
/// map holds, and the first table 5 to 10 ms. The library keeps process-wide state, so calls of all contexts take turns.
///
/// It also waits for the kernel's answers with `select(2)`, where a descriptor past 1,023 ends the process. So each
/// context lives on a thread with a descriptor table of its own: its socket's number is small there however many
/// descriptors the process has.
public final class Nftables: Sendable {
    private struct Question: Sendable {
        var commands: String
        var handles: Bool
    }

    private enum State {
        case idle
        case asked(Question)
        case answered(Result<String, NftablesError>)
        case over
    }

    private static let turn = Mutex<Void>(())
    private let state: Monitor<State>

    /// Opens the library's socket in the calling thread's network namespace.
    public init() throws(NftablesError) {
        let state = Monitor(State.idle)
        self.state = state
        try Self.turn.withLock { (_) throws(NftablesError) in
            guard PlatformThread.detach({ Self.serve(state) }) else {
                throw NftablesError(message: "no thread for a context")
            }
            _ = try Self.answer(state)
        }
    }

    deinit { state.change { $0 = .over } }

    /// Runs commands in the language of nft(8) and returns what they print. Blocks.
    ///
    /// `handles`: lists tell each rule's number too (`nft -a`).
    @discardableResult
    public func run(_ commands: String, handles: Bool = false) throws(NftablesError) -> String {
        try Self.turn.withLock { (_) throws(NftablesError) in
            state.change { $0 = .asked(Question(commands: commands, handles: handles)) }
            return try Self.answer(state)
        }
    }

    private static func answer(_ state: Monitor<State>) throws(NftablesError) -> String {
        let answer = state.wait { if case .answered(let answer) = $0 { answer } else { nil } }
        state.change { $0 = .idle }
        return try answer.get()
    }

    /// The context's thread: whoever asks has the turn.
    private static func serve(_ state: Monitor<State>) {
        let context: NftablesContext
        do throws(NftablesError) {
            context = try NftablesContext()
        } catch {
            return state.change { $0 = .answered(.failure(error)) }
        }
        state.change { $0 = .answered(.success("")) }
        while let question = nextQuestion(state) {
            let answer = Result { () throws(NftablesError) in
                try context.run(question.commands, handles: question.handles)
            }
            state.change { $0 = .answered(answer) }
        }
        turn.withLock { _ in context.free() }
    }

    private static func nextQuestion(_ state: Monitor<State>) -> Question? {
        state.wait { state -> Question?? in
            switch state {
            case .asked(let question): .some(question)
            case .over: .some(nil)
            case .idle, .answered: nil
            }
        }
    }
}
