internal import APIModel
internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// The client's side of an attached container: made before the start, finished after it.
struct ContainerAttachment {
    private let invocation: Invocation
    private let id: String
    private let isTTY: Bool
    private let takesInput: Bool
    private let session: EngineClient.Session
    private let pending: EngineClient.PendingReply
    private let detachKeys: DetachSequence
    private let signals: Descriptor?

    init(_ invocation: Invocation, _ id: String, config: ContainerConfig, condition: WaitCondition) throws {
        self.invocation = invocation
        self.id = EngineClient.escape(id)
        isTTY = config.tty
        takesInput = config.attachStdin && config.openStdin
        detachKeys = try DetachSequence(parsing: invocation.flags.text("detach-keys"))
        // First of all: what comes from here on is for the container.
        let forwards = !isTTY && invocation.flags.bool("sig-proxy")
        signals = SignalPipe.open(
            for: (forwards ? SignalPipe.forwarded : []) + [SignalPipe.windowChange] + (isTTY ? SignalPipe.endings : []))
        var query = Query()
        let keys = invocation.flags.text("detach-keys")
        if !keys.isEmpty { query["detachKeys"] = keys }
        query.set("stream", if: true)
        query.set("stdin", if: takesInput)
        query.set("stdout", if: config.attachStdout)
        query.set("stderr", if: config.attachStderr)
        session = try invocation.client.hijack("/containers/\(self.id)/attach\(query.text)", tty: isTTY)
        do throws(EngineError) {
            pending = try invocation.client.startWait(id, condition: condition.rawValue)
        } catch {
            session.connection.closeNow()
            throw error
        }
    }

    func close() { session.connection.closeNow() }

    /// Copies until the container has ended; its exit code. Nothing to wait for after a detach.
    mutating func finish() throws -> Int32 {
        let isRaw = isTTY && takesInput && invocation.console.input.isTerminal
        let terminal = TerminalSession(
            invocation.console, invocation.client, resizePath: isTTY ? "/containers/\(id)/resize" : nil, isRaw: isRaw)
        defer { terminal.restore() }
        var relay = Relay(session, invocation.console, takesInput: takesInput)
        relay.detachKeys = isTTY ? detachKeys : nil
        relay.exit = pending.connection
        relay.tellSize = terminal.tellSize
        watchSignals(&relay, terminal)
        let ending = try relay.run()
        session.connection.closeNow()
        // No key is read any more, while the end of the container may be far.
        terminal.restore()
        if ending == .detached { return 0 }
        let answer = try pending.value()
        if let text = answer["Error"]?["Message"]?.stringValue, !text.isEmpty {
            throw CommandFailure("Error waiting for container: \(text)", exitCode: RunExitCode.daemon)
        }
        return Int32(truncatingIfNeeded: answer["StatusCode"]?.integerValue ?? 0)
    }

    private func watchSignals(_ relay: inout Relay, _ terminal: TerminalSession) {
        relay.signals = signals
        let (client, id, isTTY) = (invocation.client, id, isTTY)
        relay.onSignal = { number in
            if number == SignalPipe.windowChange { return terminal.resize() }
            if isTTY { terminal.end(number) }
            _ = try? client.call("POST", "/containers/\(id)/kill?signal=\(SignalName.of(number))")
        }
    }
}
