internal import LinuxSystem

/// One daemon's connection: requests come in order, events go out and wait in a queue if it does not read.
final class ControlConnection {
    static let longestQueue = 4096

    let socket: FDBox
    private let loop: EventLoop
    private var queue: [[UInt8]] = []
    private let handle: (NumberedRequest, [FDBox], ControlConnection) -> Void
    private let ended: (ControlConnection) -> Void
    private var open = true

    init(
        socket: FDBox, loop: EventLoop, handle: @escaping (NumberedRequest, [FDBox], ControlConnection) -> Void,
        ended: @escaping (ControlConnection) -> Void
    ) throws(SystemError) {
        self.socket = socket
        self.loop = loop
        self.handle = handle
        self.ended = ended
        try loop.watch(socket, .readable) { [unowned self] events in ready(events) }
    }

    private func ready(_ events: PollEvents) {
        if events.contains(.writable) { sendWaiting() }
        while open {
            do {
                guard let packet = try socket.fd.receivePacket(waits: false) else { return close() }
                receive(packet.bytes, packet.descriptors)
            } catch {
                if error.errno != 11 { close() }
                return
            }
        }
    }

    private func receive(_ bytes: [UInt8], _ descriptors: [FDBox]) {
        guard let request = NumberedRequest(decoding: bytes) else {
            return send(.reply(request: 0, error: "not a request"))
        }
        handle(request, descriptors, self)
    }

    func send(_ event: ShimEvent) {
        guard open else { return }
        let bytes = event.encoded()
        guard queue.isEmpty else { return enqueue(bytes) }
        do {
            try socket.fd.sendPacket(bytes, waits: false)
        } catch {
            if error.errno == 11 { enqueue(bytes) } else { close() }
        }
    }

    private func enqueue(_ bytes: [UInt8]) {
        guard queue.count < Self.longestQueue else { return close() }
        queue.append(bytes)
        loop.change(socket, [.readable, .writable])
    }

    private func sendWaiting() {
        while let bytes = queue.first {
            do {
                try socket.fd.sendPacket(bytes, waits: false)
                queue.removeFirst()
            } catch {
                if error.errno != 11 { close() }
                return
            }
        }
        loop.change(socket, .readable)
    }

    private func close() {
        guard open else { return }
        open = false
        loop.unwatch(socket)
        ended(self)
    }
}
