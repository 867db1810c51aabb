internal import EngineClient
internal import HostSystem
internal import Primitives

/// Copies between the client's streams and a connection that was taken over, on one thread, until the output ends.
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
    /// Becomes readable when the container has ended; its output may still be on the way.
    var exit: Descriptor?

    /// How long output may stay silent after the container's end.
    private static let drainTime: Int32 = 1000

    init(_ session: EngineClient.Session, _ console: Console, takesInput: Bool) {
        self.session = session
        self.console = console
        self.takesInput = takesInput
    }

    mutating func run() throws -> Ending {
        var printer = StreamPrinter(console, isMultiplexed: session.isMultiplexed)
        if !session.early.isEmpty { try printer.write(session.early) }
        while true {
            let watched = [session.connection] + [takesInput ? console.input : nil, signals, exit].compactMap { $0 }
            let ready = Descriptor.wait(for: watched, milliseconds: hasExited ? Self.drainTime : -1)
            if let signals, ready.contains(signals) {
                for number in try signals.read(limit: 64) { onSignal(Int32(number)) }
            }
            if ready.contains(session.connection) {
                guard let bytes = try? session.connection.read(), !bytes.isEmpty else { return .outputEnded }
                try printer.write(bytes)
            } else if ready.isEmpty && hasExited {
                return .outputEnded
            }
            if takesInput, ready.contains(console.input), try passInput() { return .detached }
            if let exit, ready.contains(exit) {
                self.exit = nil
                hasExited = true
            }
        }
    }

    private var hasExited = false

    /// True when the user detached.
    private mutating func passInput() throws -> Bool {
        let bytes = try console.input.read()
        guard !bytes.isEmpty else {
            takesInput = false
            session.connection.finishWriting()
            return false
        }
        let (passed, isComplete) = detachKeys?.pass(bytes) ?? (bytes, false)
        // A container that closed its input is no reason to lose its output.
        if !passed.isEmpty { do { try session.connection.write(passed) } catch { takesInput = false } }
        return isComplete
    }
}
