internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives
internal import Synchronization

/// Progress messages on their way to a client. The answer's head goes out with the first of them, so that a call that
/// fails before can still answer with a status.
final class ProgressStream: Sendable {
    private let call: Call
    private let writer = Mutex<ResponseWriter?>(nil)
    private let unsent = Atomic(0)

    init(_ call: Call) { self.call = call }

    /// Bytes that the client has not taken yet. Who has much to tell waits while they are many.
    var backlog: Int { unsent.load(ordering: .relaxed) }

    var hasStarted: Bool { writer.withLock { $0 != nil } }

    func report(_ message: ProgressMessage) {
        guard let bytes = encoded(message) else { return }
        writer.withLock { writer in
            let open = writer ?? call.exchange.stream(status: 200, headers: call.headers("application/json"))
            writer = open
            unsent.add(bytes.count, ordering: .relaxed)
            open.post(bytes) { [self] in unsent.subtract(bytes.count, ordering: .relaxed) }
        }
    }

    /// Ends the answer; an empty one when nothing was reported.
    func finish() {
        let open = writer.withLock { writer in
            writer ?? call.exchange.stream(status: 200, headers: call.headers("application/json"))
        }
        open.finish()
    }

    /// Messages end with `\r\n`, but Docker 1.6 and 1.7 put nothing after those about byte counts.
    private func encoded(_ message: ProgressMessage) -> [UInt8]? {
        guard let bytes = try? OrderedJSONEncoder(style: call.style).encode(message) else { return nil }
        return !call.speaks(20) && message.progressDetail != nil ? bytes : bytes + Array("\r\n".utf8)
    }
}

extension Call {
    /// Runs a call that reports progress. Once a message is out the status is 200 and a failure is the last message.
    ///
    /// `early`: every failure is a message. The answer's head still waits for the first of them: a client that can't send
    /// its body, and has an answer, would speak of the connection.
    func withProgress(
        early: Bool = false, _ work: (@escaping ProgressReport) async throws(EngineError) -> Void
    ) async throws(EngineError) -> Response? {
        try await withProgressStream(early: early) { stream throws(EngineError) in
            try await work { stream.report($0) }
        }
    }

    /// The same for those who have to know how much the client has taken.
    func withProgressStream(
        early: Bool = false, _ work: (ProgressStream) async throws(EngineError) -> Void
    ) async throws(EngineError) -> Response? {
        let stream = ProgressStream(self)
        do throws(EngineError) {
            try await work(stream)
        } catch {
            guard early || stream.hasStarted else { throw error }
            stream.report(failure: error)
        }
        stream.finish()
        return nil
    }
}

extension ProgressStream {
    fileprivate func report(failure error: EngineError) {
        var message = ProgressMessage()
        let code = (error.cause as? BuildFailure)?.code ?? (error.kind == .unauthorized ? 401 : nil)
        message.errorDetail = .init(code: code, message: error.message)
        message.error = error.message
        report(message)
    }
}
