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

    init(_ invocation: Invocation, _ id: String, config: ContainerConfig, condition: WaitCondition) throws {
        self.invocation = invocation
        self.id = EngineClient.escape(id)
        isTTY = config.tty
        takesInput = config.attachStdin && config.openStdin
        detachKeys = try DetachSequence(parsing: invocation.flags.text("detach-keys"))
        var query = Query()
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
        terminal.resizeFirst()
        var relay = Relay(session, invocation.console, takesInput: takesInput)
        relay.detachKeys = isTTY ? detachKeys : nil
        relay.exit = pending.connection
        watchSignals(&relay, terminal)
        let ending = try relay.run()
        session.connection.closeNow()
        if ending == .detached { return 0 }
        let answer = try pending.value()
        if let text = answer["Error"]?["Message"]?.stringValue, !text.isEmpty {
            throw CommandFailure("Error waiting for container: \(text)", exitCode: RunExitCode.daemon)
        }
        return Int32(truncatingIfNeeded: answer["StatusCode"]?.integerValue ?? 0)
    }

    private func watchSignals(_ relay: inout Relay, _ terminal: TerminalSession) {
        let forwards = !isTTY && invocation.flags.bool("sig-proxy")
        relay.signals = SignalPipe.open(for: (forwards ? SignalPipe.forwarded : []) + [SignalPipe.windowChange])
        let (client, id) = (invocation.client, id)
        relay.onSignal = { number in
            if number == SignalPipe.windowChange { return terminal.resize() }
            _ = try? client.call("POST", "/containers/\(id)/kill?signal=\(SignalName.of(number))")
        }
    }
}
