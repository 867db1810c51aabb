internal import NIOCore
internal import Synchronization

/// A request's body on its way from the event loop to the handler, bounded: past the mark the socket is not read.
final class RequestBody: Sendable {
    static let highMark = 256 << 10

    private struct State {
        var chunks: [ByteBuffer] = []
        var bytes = 0
        var isEnded = false
        var isBroken = false
        var isPaused = false
        var waiter: CheckedContinuation<Void, Never>?

        mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
            defer { waiter = nil }
            return waiter
        }
    }

    private let state = Mutex(State())

    /// On the event loop. False: stop reading until `resume` is called.
    func append(_ buffer: ByteBuffer) -> Bool {
        let (waiter, goesOn) = state.withLock { state -> (CheckedContinuation<Void, Never>?, Bool) in
            state.chunks.append(buffer)
            state.bytes += buffer.readableBytes
            if state.bytes > Self.highMark { state.isPaused = true }
            return (state.takeWaiter(), !state.isPaused)
        }
        waiter?.resume()
        return goesOn
    }

    func end(broken: Bool) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if broken && !state.isEnded { state.isBroken = true }
            state.isEnded = true
            return state.takeWaiter()
        }
        waiter?.resume()
    }

    var isEnded: Bool { state.withLock { $0.isEnded } }

    /// The next bytes; nil at the end. `resumes` tells that reading may go on.
    func next() async throws(ExchangeError) -> (buffer: ByteBuffer, resumes: Bool)? {
        guard let (chunks, resumes) = try await next(atMost: 1), let chunk = chunks.first else { return nil }
        return (chunk, resumes)
    }

    /// At least one piece, and as many as are here.
    func next(atMost limit: Int) async throws(ExchangeError) -> (buffers: [ByteBuffer], resumes: Bool)? {
        while true {
            enum Step { case chunks([ByteBuffer], Bool), end, broken, wait }
            let step = state.withLock { state -> Step in
                if !state.chunks.isEmpty {
                    let chunks = Array(state.chunks.prefix(limit))
                    state.chunks.removeFirst(chunks.count)
                    for chunk in chunks { state.bytes -= chunk.readableBytes }
                    let resumes = state.isPaused && state.bytes < Self.highMark / 2
                    if resumes { state.isPaused = false }
                    return .chunks(chunks, resumes)
                }
                if state.isBroken { return .broken }
                return state.isEnded ? .end : .wait
            }
            switch step {
            case .chunks(let chunks, let resumes): return (chunks, resumes)
            case .end: return nil
            case .broken: throw .disconnected
            case .wait: await wait()
            }
        }
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.chunks.isEmpty && !state.isEnded {
                    state.waiter = continuation
                    return false
                }
                return true
            }
            if isReady { continuation.resume() }
        }
    }
}
