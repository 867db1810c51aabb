internal import EngineClient
internal import HostSystem
internal import Primitives

/// Copies between the client's streams and a connection that was taken over, on one thread, until the output ends.
///
/// Neither direction waits for the other: input that the connection does not take yet is kept, and no more is read
/// until it has gone.
struct Relay {
    enum Ending {
        case outputEnded, detached
    }

    var session: EngineClient.Session
    var console: Console
    var takesInput: Bool
    /// Nil lets every key through.
    var detachKeys: DetachSequence?
    var signals: Descriptor?
    var onSignal: (Int32) -> Void = { _ in }
    /// Tells the size of the terminal; false when the process had none yet. Tried a few times.
    var tellSize: (() -> Bool)?
    /// Becomes readable when the container has ended; its output may still be on the way.
    var exit: Descriptor?

    /// How long output may stay silent after the container's end.
    private static let drainTime: Int32 = 1000
    private var hasExited = false
    private var waiting: [UInt8] = []
    private var sizePause: Int32 = 0

    init(_ session: EngineClient.Session, _ console: Console, takesInput: Bool) {
        self.session = session
        self.console = console
        self.takesInput = takesInput
    }

    mutating func run() throws -> Ending {
        var printer = StreamPrinter(console, isMultiplexed: session.isMultiplexed)
        if !session.early.isEmpty { try printer.write(session.early) }
        while true {
            trySize()
            // Nil: interrupted, by a signal that the next round finds in its pipe.
            guard let ready = poll() else { continue }
            if let signals, ready.readable.contains(signals) {
                for number in try signals.read(limit: 64) { onSignal(Int32(number)) }
            }
            if ready.readable.contains(session.connection) {
                guard let bytes = try? session.connection.read(), !bytes.isEmpty else { return .outputEnded }
                try printer.write(bytes)
            } else if ready.readable.isEmpty && ready.writable.isEmpty && hasExited && sizePause == 0 {
                return .outputEnded
            }
            if ready.writable.contains(session.connection) { passOn() }
            if takesInput, ready.readable.contains(console.input), try readInput() { return .detached }
            if let exit, ready.readable.contains(exit) {
                self.exit = nil
                hasExited = true
                sizePause = 0
                tellSize = nil
            }
        }
    }

    private func poll() -> Descriptor.Ready? {
        let readsInput = takesInput && waiting.isEmpty
        let time = sizePause > 0 ? sizePause : hasExited ? Self.drainTime : -1
        return Descriptor.poll(
            reading: [session.connection] + [readsInput ? console.input : nil, signals, exit].compactMap { $0 },
            writing: waiting.isEmpty ? [] : [session.connection], milliseconds: time)
    }

    /// The first size may come before the process has its terminal: a few tries, 10 ms, 20 ms … apart.
    private mutating func trySize() {
        guard let tell = tellSize else { return }
        sizePause += 10
        guard tell() || sizePause > 100 else { return }
        tellSize = nil
        sizePause = 0
    }

    /// True when the user detached.
    private mutating func readInput() throws -> Bool {
        let bytes = try console.input.read()
        guard !bytes.isEmpty else {
            takesInput = false
            session.connection.finishWriting()
            return false
        }
        let (passed, isComplete) = detachKeys?.pass(bytes) ?? (bytes, false)
        waiting = passed
        passOn()
        return isComplete
    }

    private mutating func passOn() {
        guard !waiting.isEmpty else { return }
        do throws(EngineError) {
            waiting.removeFirst(try session.connection.sendNow(waiting))
        } catch {
            // A container that closed its input is no reason to lose its output.
            waiting = []
            takesInput = false
        }
    }
}
