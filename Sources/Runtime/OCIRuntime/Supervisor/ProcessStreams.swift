internal import LinuxSystem

/// The shim's side of one process's streams: pipes or a terminal here, a log and attached clients there.
///
/// Back pressure: a client whose buffer is full stops the reading of this process's output until it has taken half of
/// it, as in Docker; with a `stallLimit` it is dropped after so long without taking anything. The log is written
/// before the clients are served, so what was read is never lost to it.
final class ProcessStreams {
    private let loop: EventLoop
    private let log: JSONFileLog?
    private let isTerminal: Bool
    private let stdinOnce: Bool
    private var input: FDBox?
    private var outputs: [OutputStream: FDBox] = [:]
    private var clients: [AttachedClient] = []
    /// Input that the process has not taken yet.
    private var inputWaiting: [UInt8] = []
    private var inputEnds = false
    private var terminalCame = false
    private var heldBack = false
    private var checksStalls = false
    /// Called when a client has left; the shim may end once there are none.
    var whenClientsChange: () -> Void = {}

    init(loop: EventLoop, log: JSONFileLog?, isTerminal: Bool, stdinOnce: Bool) {
        self.loop = loop
        self.log = log
        self.isTerminal = isTerminal
        self.stdinOnce = stdinOnce
    }

    var hasClients: Bool { !clients.isEmpty }

    // MARK: Process's side

    /// Makes pipes and answers the child's ends.
    func makePipes(
        input wantsInput: Bool, stdout: Bool = true, stderr: Bool = true
    ) throws(SystemError) -> StandardStreams {
        var child = StandardStreams()
        if wantsInput {
            let pipe = try PipeEnds()
            child.input = pipe.reader
            try pipe.writer.fd.setNonBlocking(true)
            input = pipe.writer
        }
        if stdout { child.output = try makeOutput(.stdout) }
        if stderr { child.error = try makeOutput(.stderr) }
        return child
    }

    private func makeOutput(_ stream: OutputStream) throws(SystemError) -> FDBox {
        let pipe = try PipeEnds()
        // Fewer wake-ups; where the limit for users is reached, the default does.
        _ = try? pipe.writer.fd.setPipeSize(1 << 20)
        try pipe.reader.fd.setNonBlocking(true)
        outputs[stream] = pipe.reader
        return pipe.writer
    }

    /// Uses a terminal's master for everything.
    func use(terminal master: FDBox, wantsInput: Bool) {
        _ = try? master.fd.setNonBlocking(true)
        outputs[.stdout] = master
        terminalCame = true
        if wantsInput { input = master } else { inputWaiting.removeAll() }
        resume()
        for client in clients { watch(client) }
    }

    func resize(columns: UInt16, rows: UInt16) throws(SystemError) {
        guard isTerminal, let master = outputs[.stdout] else {
            throw SystemError(errno: 25, call: "resize", subject: "no terminal")
        }
        try master.fd.setWindow(columns: columns, rows: rows)
    }

    /// Starts reading.
    func resume() {
        let writes = isTerminal && !inputWaiting.isEmpty
        for (stream, box) in outputs {
            _ = try? loop.watch(box, writes ? [.readable, .writable] : .readable) { [unowned self] events in
                outputReady(stream, box, events)
            }
        }
    }

    private func outputReady(_ stream: OutputStream, _ box: FDBox, _ events: PollEvents) {
        if isTerminal && events.contains(.writable) { writeInput() }
        if events.isDisjoint(with: [.readable, .hungUp, .failed]) { return }
        read(stream, box, limit: 8)
    }

    /// Reads and passes on, at most `limit` times; false at the end of the stream.
    @discardableResult
    private func read(_ stream: OutputStream, _ box: FDBox, limit: Int) -> Bool {
        let buffer = ReadBuffer.shared
        var rounds = 0
        while rounds < limit && !heldBack {
            rounds += 1
            do {
                let count = try box.fd.read(into: buffer)
                if count == 0 { return end(stream, box) }
                passOn(UnsafeRawBufferPointer(rebasing: buffer[..<count]), from: stream)
                if count < buffer.count { break }
            } catch {
                if error.errno == 11 { break }
                // EIO: nobody has the terminal open any more.
                return end(stream, box)
            }
        }
        log?.flush()
        return true
    }

    private func end(_ stream: OutputStream, _ box: FDBox) -> Bool {
        loop.unwatch(box)
        outputs.removeValue(forKey: stream)
        log?.flush()
        return false
    }

    private func passOn(_ bytes: UnsafeRawBufferPointer, from stream: OutputStream) {
        log?.append(bytes, from: stream, time: KernelClock.realTime())
        guard !clients.isEmpty else { return }
        for client in clients where client.wants(stream) {
            client.deliver(bytes, from: stream)
            if client.waitingCount > 0 { watch(client) }
        }
        dropGone()
        if !finished && clients.contains(where: \.isFull) { holdBack() }
    }

    /// Says something to the clients that the process did not say itself.
    func tell(_ text: String) {
        Array(text.utf8).withUnsafeBytes { passOn($0, from: .stdout) }
    }

    // MARK: Back pressure

    private func holdBack() {
        guard !heldBack else { return }
        heldBack = true
        // Not with an empty set of events: a hang-up would be reported for ever.
        for box in outputs.values { loop.unwatch(box) }
        checkStalls()
    }

    private func letGo() {
        guard heldBack, !clients.contains(where: { $0.waitingCount > AttachedClient.fullAt / 2 }) else { return }
        heldBack = false
        resume()
    }

    private func checkStalls() {
        guard !checksStalls, clients.contains(where: { $0.options.stallLimit != nil }) else { return }
        checksStalls = true
        loop.after(milliseconds: 1000) { [weak self] in
            guard let self else { return }
            checksStalls = false
            let now = KernelClock.monotonic()
            for client in clients where client.isStalled(at: now) { drop(client) }
            if heldBack { checkStalls() }
        }
    }

    // MARK: Clients

    func attach(_ client: AttachedClient) {
        clients.append(client)
        _ = try? loop.watch(client.socket, interest(client)) { [unowned self, unowned client] events in
            clientReady(client, events)
        }
        if finished { finish(client) }
    }

    private func interest(_ client: AttachedClient) -> PollEvents {
        var events: PollEvents = []
        if client.waitingCount > 0 { events.insert(.writable) }
        // Clients that send no input are read too, to see them leave.
        if !client.inputEnded && inputWaiting.isEmpty { events.insert(.readable) }
        return events
    }

    private func watch(_ client: AttachedClient) {
        if !client.parked { loop.change(client.socket, interest(client)) }
    }

    private func clientReady(_ client: AttachedClient, _ events: PollEvents) {
        if events.contains(.writable) {
            if client.flush() && client.finishing { return drop(client) }
            letGo()
        }
        if client.gone || events.contains(.failed) { return drop(client) }
        if !events.isDisjoint(with: [.readable, .hungUp]) { takeInput(from: client, hungUp: events.contains(.hungUp)) }
        if !client.gone { watch(client) }
    }

    private func takeInput(from client: AttachedClient, hungUp: Bool) {
        if client.inputEnded {
            if hungUp { drop(client) }
            return
        }
        guard inputWaiting.isEmpty else {
            // What it sent before it left is still to be read; a hang-up would be reported for ever until then.
            if hungUp { park(client) }
            return
        }
        let buffer = ReadBuffer.shared
        do {
            guard let count = try client.socket.fd.receiveNow(into: buffer) else { return }
            if count == 0 { return inputEnded(client, hungUp: hungUp) }
            guard client.options.stdin, input != nil || awaitsTerminal else { return }
            inputWaiting.append(contentsOf: buffer[..<count])
            if input != nil { writeInput() }
        } catch {
            drop(client)
        }
    }

    /// The child opens the terminal; until its master is here input waits.
    private var awaitsTerminal: Bool { isTerminal && input == nil && !finished && !terminalCame }

    private func park(_ client: AttachedClient) {
        client.parked = true
        loop.unwatch(client.socket)
    }

    private func unpark(_ client: AttachedClient) {
        client.parked = false
        _ = try? loop.watch(client.socket, interest(client)) { [unowned self, unowned client] events in
            clientReady(client, events)
        }
    }

    private func inputEnded(_ client: AttachedClient, hungUp: Bool) {
        client.inputEnded = true
        if client.options.stdin && stdinOnce && !isTerminal { closeInput() }
        if hungUp { drop(client) }
    }

    private func drop(_ client: AttachedClient) {
        guard let index = clients.firstIndex(where: { $0 === client }) else { return }
        clients.remove(at: index)
        loop.unwatch(client.socket)
        client.socket.fd.finishWriting()
        if client.options.stdin && !client.inputEnded && stdinOnce && !isTerminal { closeInput() }
        letGo()
        whenClientsChange()
    }

    private func dropGone() {
        for client in clients where client.gone { drop(client) }
    }

    // MARK: Input

    private func writeInput() {
        guard let input else { return inputWaiting.removeAll() }
        while !inputWaiting.isEmpty {
            do throws(SystemError) {
                let count = try input.fd.write(inputWaiting)
                inputWaiting.removeFirst(count)
            } catch {
                if error.errno == 11 { return awaitInput(input) }
                // EPIPE: the process reads no more.
                inputWaiting.removeAll()
                inputEnds = true
            }
        }
        if !isTerminal { loop.unwatch(input) } else if !heldBack { loop.change(input, .readable) }
        for client in clients { if client.parked { unpark(client) } else { watch(client) } }
        if inputEnds { closeNow() }
    }

    private func awaitInput(_ input: FDBox) {
        for client in clients { watch(client) }
        if isTerminal {
            if !heldBack { loop.change(input, [.readable, .writable]) }
            return
        }
        loop.unwatch(input)
        _ = try? loop.watch(input, .writable) { [unowned self] _ in writeInput() }
    }

    private func closeInput() {
        inputEnds = true
        if inputWaiting.isEmpty { closeNow() }
    }

    private func closeNow() {
        guard let input, !isTerminal else { return }
        loop.unwatch(input)
        self.input = nil
    }

    // MARK: End

    private(set) var finished = false

    /// The process has ended: everything that is in its pipes is read, whoever may still hold them open, written, and
    /// the clients are let go as soon as they have taken it.
    func finish() {
        guard !finished else { return }
        finished = true
        heldBack = false
        for (stream, box) in outputs { while read(stream, box, limit: 1), hasMore(box) {} }
        for box in outputs.values { loop.unwatch(box) }
        outputs.removeAll()
        closeNow()
        input = nil
        log?.finish(time: KernelClock.realTime())
        for client in clients { finish(client) }
    }

    private func hasMore(_ box: FDBox) -> Bool { box.fd.bytesWaiting > 0 }

    private func finish(_ client: AttachedClient) {
        client.finishing = true
        if client.flush() || client.parked { drop(client) } else { watch(client) }
    }
}

/// One for all streams: the shim has one thread, and what was read is passed on before the next is.
enum ReadBuffer {
    nonisolated(unsafe) static let shared = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 4096)
}

/// Both ends of a pipe as boxes.
struct PipeEnds {
    let reader: FDBox
    let writer: FDBox

    init() throws(SystemError) { (reader, writer) = try FD.pipeEnds() }
}
