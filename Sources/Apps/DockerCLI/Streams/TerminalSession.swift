internal import EngineClient
internal import HostSystem

/// The user's terminal while a container uses it: raw, and its size passed on.
struct TerminalSession {
    private let saved: Terminal.Saved?
    private let console: Console
    private let client: EngineClient
    /// `/containers/…/resize` or `/exec/…/resize`; nil without a terminal.
    private let resizePath: String?

    init(_ console: Console, _ client: EngineClient, resizePath: String?, isRaw: Bool) {
        self.console = console
        self.client = client
        self.resizePath = resizePath
        let wantsRaw = isRaw && CurrentProcess.variable("NORAW") == nil
        saved = wantsRaw ? Terminal.makeRaw(console.input) : nil
    }

    func restore() { saved?.restore() }

    /// Tells the engine the size; a container that is gone by now does not matter.
    func resize() { _ = tellSize() }

    /// The signals that end a client: the terminal must not stay raw behind it.
    var endings: [Int32] { saved == nil ? [] : SignalPipe.endings }

    /// Sets the terminal right and ends the client as the signal would have.
    func end(_ signal: Int32) -> Never {
        restore()
        CurrentProcess.quit(128 + signal)
    }

    /// False when the process has no terminal yet, or is gone.
    func tellSize() -> Bool {
        guard let resizePath, let size = Terminal.size(of: console.output) else { return true }
        guard size.rows > 0 || size.columns > 0 else { return true }
        do {
            try client.call("POST", "\(resizePath)?h=\(size.rows)&w=\(size.columns)")
            return true
        } catch {
            return false
        }
    }
}
