internal import Logging
public import APIModel
internal import ContainerLogs
internal import LinuxSystem
public import Primitives

extension Engine {
    public func logs(_ name: String, _ options: LogOptions) async throws(EngineError) -> LogSession {
        guard options.stdout || options.stderr else {
            throw EngineError(.badParameter, "Bad parameters: you must choose at least one stream")
        }
        let container = try containers.find(name)
        let record = container.record
        guard record.hostConfig.logConfig.type == "json-file" else {
            throw EngineError(.notImplemented, "configured logging driver does not support reading")
        }
        var query = LogQuery(
            tail: options.tail, stdout: options.stdout, stderr: options.stderr, timestamps: options.timestamps)
        query.since = options.since.map(Timestamp.init(nanoseconds:))
        query.until = options.until.map(Timestamp.init(nanoseconds:))
        query.follow = options.follow
        return LogSession(output: try readLog(of: container, query), multiplexed: !record.config.tty)
    }

    /// What was logged so far, for an attach that asks for it.
    func backlog(of record: ContainerRecord, stdout: Bool, stderr: Bool) async throws(EngineError) -> ByteChannel? {
        guard record.hostConfig.logConfig.type == "json-file" else { return nil }
        return try readLog(of: try containers.find(record.id), LogQuery(stdout: stdout, stderr: stderr))
    }

    /// Starts a thread that writes the log into the channel it returns. The other end going away stops it; so does, when
    /// it follows, the container's end.
    private func readLog(of container: Container, _ query: LogQuery) throws(EngineError) -> ByteChannel {
        do {
            var pair = try SocketPair()
            let output = FDBox(pair.takeFirst())
            var query = query
            let follower = query.follow ? container.follow(output) : nil
            query.follow = follower != nil
            var isStarted = false
            defer { if !isStarted { follower.map(container.unfollow) } }
            let reader = try LogReader(
                path: paths.log(container.id.description), query: query,
                framing: container.record.config.tty ? .raw : .multiplexed)
            isStarted = PlatformThread.detach { [logger] in
                do {
                    try Self.copy(reader, follows: follower != nil, to: output.fd)
                } catch let error as SystemError where error.isDisconnection {
                    // The client has seen enough.
                } catch {
                    logger.warning("can't read the log of \(container.id): \(error)")
                }
                output.fd.shutDown()
                follower.map(container.unfollow)
            }
            guard isStarted else { throw EngineError(.unavailable, "no thread is left to read the log") }
            return ByteChannel(pair.takeSecond())
        } catch {
            throw EngineError(wrapping: error)
        }
    }

    private static func copy(_ reader: consuming LogReader, follows: Bool, to output: borrowing FD) throws {
        while true {
            while let chunk = try reader.next(maxBytes: 128 << 10) { try output.writeAll(chunk) }
            guard follows else { return }
            // This end turns readable when the client leaves or the container ends.
            if try reader.wait(end: output) == .end {
                while let chunk = try reader.next() { try output.writeAll(chunk) }
                return
            }
        }
    }
}

extension SystemError {
    /// EPIPE, ECONNRESET.
    var isDisconnection: Bool { errno == 32 || errno == 104 }
}

extension Container {
    /// Registers a stream that follows the log until the container ends; nil when it does not run.
    func follow(_ output: FDBox) -> Int? {
        withLive { live in
            guard live.record.state.isRunning || live.record.state.phase == .starting else { return nil }
            live.nextFollower += 1
            live.logFollowers[live.nextFollower] = output
            return live.nextFollower
        }
    }

    func unfollow(_ key: Int) {
        withLive { $0.logFollowers[key] = nil }
    }

    /// The log is complete: followers read what is there and end.
    func endFollowers() {
        let outputs = withLive { live in
            defer { live.logFollowers = [:] }
            return Array(live.logFollowers.values)
        }
        for output in outputs { output.fd.finishReading() }
    }
}
