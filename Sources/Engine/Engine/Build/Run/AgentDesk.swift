public import Primitives
internal import Synchronization

/// Where the processes of a build's commands that want an SSH agent meet the connections of the client that has one.
///
/// Both wait for each other: a process until a connection is free, a connection until a process wants it.
final class AgentDesk: Sendable {
    private struct State {
        var processes: [String: [ByteChannel]] = [:]
        var clients: [String: [(number: Int, continuation: CheckedContinuation<ByteChannel?, Never>)]] = [:]
        var isClosed = false
        var next = 0
    }

    /// Processes, and connections, that may wait for one agent.
    static let longestQueue = 128

    /// The agents that the client forwards.
    let agents: Set<String>
    private let state = Mutex(State())

    init(_ agents: Set<String>) { self.agents = agents }

    /// A process has come. It is sent away when there are too many already.
    func enter(_ process: ByteChannel, wanting agent: String) {
        let client = state.withLock { state -> CheckedContinuation<ByteChannel?, Never>? in
            if state.clients[agent]?.isEmpty == false { return state.clients[agent]?.removeFirst().continuation }
            if !state.isClosed, state.processes[agent, default: []].count < Self.longestQueue {
                state.processes[agent, default: []].append(process)
            }
            return nil
        }
        client?.resume(returning: process)
    }

    /// The next process; nil at the build's end, when there are too many connections, and when the task is cancelled.
    func next(wanting agent: String) async -> ByteChannel? {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (waits, process) = state.withLock { state -> (Bool, ByteChannel?) in
                    if state.isClosed || Task.isCancelled { return (false, nil) }
                    if state.processes[agent]?.isEmpty == false {
                        return (false, state.processes[agent]?.removeFirst())
                    }
                    guard state.clients[agent, default: []].count < Self.longestQueue else { return (false, nil) }
                    state.clients[agent, default: []].append((number, continuation))
                    return (true, nil)
                }
                if !waits { continuation.resume(returning: process) }
            }
        } onCancel: {
            leave(number, agent)
        }
    }

    private func leave(_ number: Int, _ agent: String) {
        let client = state.withLock { state -> CheckedContinuation<ByteChannel?, Never>? in
            guard let place = state.clients[agent]?.firstIndex(where: { $0.number == number }) else { return nil }
            return state.clients[agent]?.remove(at: place).continuation
        }
        client?.resume(returning: nil)
    }

    /// The build has ended: nobody waits any more.
    func close() {
        let clients = state.withLock { state in
            state.isClosed = true
            state.processes = [:]
            defer { state.clients = [:] }
            return state.clients.values.flatMap(\.self).map(\.continuation)
        }
        for client in clients { client.resume(returning: nil) }
    }
}

extension Engine {
    public func agentConnection(_ build: String, agent: String) async throws(EngineError) -> ByteChannel {
        guard let desk = builds.agents(of: build), desk.agents.contains(agent) else {
            throw EngineError(.notFound, "no build with the id \(build) and the agent \(agent)")
        }
        guard let process = await desk.next(wanting: agent) else {
            throw EngineError(.unavailable, "nobody wants the agent \(agent)")
        }
        return process
    }
}
