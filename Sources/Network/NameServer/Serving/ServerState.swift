internal import LinuxSystem
internal import Synchronization

/// What the server's thread is told to do with sockets. Names and views it reads where they are.
enum Command: Sendable {
    case open(Int, datagrams: FDBox, listener: FDBox, opener: SocketOpener)
    case close(Int)
    case stop
}

/// What callers and the server's thread share. Callers change names under the lock, and the thread answers under it:
/// a name that was added is in every answer to a question that comes later.
final class ServerState: Sendable {
    private struct Content {
        var directory = Directory()
        var commands: [Command] = []
        var numbers: [String: Int] = [:]
        var lastNumber = 0
        var isStopped = false
    }

    let poll: EventPoll
    /// The thread reads here when there are commands.
    let bell: FDBox
    private let rope: FDBox
    private let content = Mutex(Content())

    init() throws(SystemError) {
        poll = try EventPoll()
        (bell, rope) = try PacketSocket.streamPair()
        try poll.add(bell.fd.rawValue, .readable)
    }

    func change(_ body: (inout Directory) -> Void) { content.withLock { body(&$0.directory) } }

    func read<Value: Sendable>(_ body: (Directory) -> Value) -> Value { content.withLock { body($0.directory) } }

    /// Gives a client its number. One of the same name is closed first.
    func open(_ client: String, _ view: View, _ command: @Sendable (Int) -> Command) {
        close(client)
        content.withLock { content in
            guard !content.isStopped else { return }
            content.lastNumber += 1
            content.numbers[client] = content.lastNumber
            content.directory.setView(view, of: content.lastNumber)
            content.commands.append(command(content.lastNumber))
        }
        ring()
    }

    func update(_ client: String, _ view: View) {
        content.withLock { content in
            if let number = content.numbers[client] { content.directory.setView(view, of: number) }
        }
    }

    func close(_ client: String) {
        let known = content.withLock { content in
            guard let number = content.numbers.removeValue(forKey: client) else { return false }
            content.directory.setView(nil, of: number)
            content.commands.append(.close(number))
            return true
        }
        if known { ring() }
    }

    func stop() {
        content.withLock { content in
            content.isStopped = true
            content.commands.append(.stop)
        }
        ring()
    }

    /// A full socket has rung already, so its answer does not matter.
    func ring() { _ = withUnsafeBytes(of: UInt8(0)) { try? rope.fd.sendNow($0) } }

    /// What has to be done, in order; silences the bell.
    func takeCommands() -> [Command] {
        var bytes = (UInt64(0), UInt64(0))
        _ = withUnsafeMutableBytes(of: &bytes) { try? bell.fd.receiveNow(into: $0) }
        return content.withLock { content in
            defer { content.commands = [] }
            return content.commands
        }
    }
}
