internal import LinuxSystem

/// Requests of daemons.
extension Supervisor {
    func answer(_ numbered: NumberedRequest, _ descriptors: [FDBox], _ connection: ControlConnection) {
        if case .status = numbered.request {
            return connection.send(.status(request: numbered.number, status))
        }
        do {
            try perform(numbered.request, descriptors)
            connection.send(.reply(request: numbered.number, error: nil))
        } catch {
            connection.send(.reply(request: numbered.number, error: error.message))
        }
    }

    private func perform(_ request: ShimRequest, _ descriptors: [FDBox]) throws(StartFailure) {
        switch request {
        case .attach(let options): try attach(options, descriptors.first)
        case .start: try start()
        case .exec(let options): try exec(options, socket: descriptors.first)
        case .resize(let exec, let columns, let rows):
            let process = try process(exec)
            try doing("resize") { () throws(SystemError) in try process.streams.resize(columns: columns, rows: rows) }
        case .signal(let exec, let number):
            let process = try process(exec)
            try doing("signal \(number)") { () throws(SystemError) in
                try ChildProcess.signal(process.pidfd.fd, number)
            }
        case .status: break
        }
    }

    private func attach(_ options: AttachOptions, _ socket: FDBox?) throws(StartFailure) {
        guard let socket else { throw StartFailure(.other, "attach: no socket") }
        guard let container else { throw StartFailure(.other, "attach: no container") }
        container.streams.attach(
            AttachedClient(socket: socket, options: options, framed: !plan.process.terminal))
    }

    private func process(_ exec: String?) throws(StartFailure) -> SupervisedProcess {
        if let exec {
            guard let found = execs[exec] else { throw StartFailure(.other, "no such exec: \(exec)") }
            return found
        }
        guard let container, exited == nil else { throw StartFailure(.other, "container is not running") }
        return container
    }

    private var status: ShimStatus {
        let state: ShimStatus.State = exited != nil ? .exited : startedAt == 0 ? .created : .running
        let running = execs.values.compactMap { exec in
            exec.streams.finished ? nil : exec.id.map { ShimStatus.Exec(id: $0, pid: exec.pid) }
        }
        return ShimStatus(
            state: state, pid: exited == nil ? container?.pid ?? 0 : 0, startedAt: startedAt, oomKilled: oomKilled,
            execs: running.sorted { $0.id < $1.id })
    }
}
