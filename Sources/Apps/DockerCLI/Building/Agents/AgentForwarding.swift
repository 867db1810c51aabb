internal import Dispatch
internal import EngineClient
internal import HostSystem
internal import Primitives
internal import Synchronization

/// Serves the commands of a build that want an agent.
///
/// One connection for each agent always waits at the engine (`POST /build/agent`). It is answered when a process wants the agent:
/// then the next one goes to wait, and this one carries messages until that process or the agent ends. The program's end, or the
/// build's, ends them all.
final class AgentForwarding: Sendable {
    private let client: EngineClient
    private let build: String
    private let threads = DispatchQueue(label: "agents", attributes: .concurrent)
    private let hasEnded = Atomic(false)

    init(_ client: EngineClient, build: String) {
        self.client = client
        self.build = build
    }

    /// Begins to wait. The build may not be known yet.
    func begin(_ sockets: [String: String]) {
        for (id, socket) in sockets { threads.async { self.wait(id, socket) } }
    }

    /// The build has ended.
    func end() { hasEnded.store(true, ordering: .relaxed) }

    private func wait(_ id: String, _ socket: String) {
        let path = "/build/agent?buildid=\(EngineClient.escape(build))&id=\(EngineClient.escape(id))"
        let pause = DispatchSemaphore(value: 0)
        while !hasEnded.load(ordering: .relaxed) {
            do throws(EngineError) {
                let session = try client.hijack(path, tty: true)
                threads.async { self.wait(id, socket) }
                return serve(session, socket)
            } catch {
                // Until the engine knows the build; what else goes wrong the build itself will meet.
                guard error.kind == .notFound else { return }
                _ = pause.wait(timeout: .now() + .milliseconds(50))
            }
        }
    }

    private func serve(_ session: EngineClient.Session, _ socket: String) {
        defer { session.connection.closeNow() }
        guard let agent = try? Connection.unix(socket) else { return }
        defer { agent.closeNow() }
        // Whichever of them leaves ends both.
        try? Self.carry(session, agent)
    }

    /// One question after the other, as the protocol has it.
    private static func carry(_ session: EngineClient.Session, _ agent: Descriptor) throws {
        var (questions, answers) = (AgentMessages(session.early), AgentMessages())
        while let question = try questions.next({ try session.connection.read() }) {
            guard AgentMessages.isAllowed(question) else {
                try session.connection.write(AgentMessages.failure)
                continue
            }
            try agent.write(question)
            guard let answer = try answers.next({ try agent.read() }) else { return }
            try session.connection.write(answer)
        }
    }
}
