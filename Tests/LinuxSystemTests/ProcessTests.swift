import LinuxSystem
import Testing

@Suite struct ProcessTests {
    @Test func knowsCapabilitiesByName() {
        #expect(Capabilities(name: "CHOWN")?.rawValue == 1)
        #expect(Capabilities(name: "CAP_SYS_ADMIN")?.rawValue == 1 << 21)
        #expect(Capabilities(name: "CAP_CHECKPOINT_RESTORE")?.rawValue == 1 << 40)
        #expect(Capabilities(name: "CAP_FLY") == nil)
        #expect(Capabilities.available().rawValue & 1 == 1)
    }

    @Test func knowsLimitsByName() {
        #expect(ResourceLimit.number(of: "RLIMIT_NOFILE") == 7)
        #expect(ResourceLimit.number(of: "RLIMIT_RTTIME") == 15)
        #expect(ResourceLimit.number(of: "RLIMIT_X") == nil)
    }

    @Test func namesNamespacesAsProcDoes() {
        #expect(Namespaces.mount.fileName == "mnt")
        #expect(Namespaces.network.fileName == "net")
        #expect(Namespaces([.mount, .pid]).fileName == nil)
    }

    @Test func sendsMessagesWithDescriptors() throws {
        let (left, right) = try PacketSocket.pair()
        let (reader, writer) = try FD.pipeEnds()
        try left.fd.sendPacket(Array("first".utf8), descriptors: [writer.fd.rawValue])
        try left.fd.sendPacket(Array("second".utf8))
        let first = try #require(try message(right))
        #expect(first.bytes == Array("first".utf8))
        #expect(first.descriptors.count == 1)
        try first.descriptors.first?.fd.writeAll([42])
        #expect(reader.fd.bytesWaiting == 1)
        let second = try #require(try message(right))
        #expect(second.bytes == Array("second".utf8) && second.descriptors.isEmpty)
    }

    private func message(_ socket: FDBox) throws -> (bytes: [UInt8], descriptors: [FDBox])? {
        guard let packet = try socket.fd.receivePacket() else { return nil }
        return (packet.bytes, packet.descriptors)
    }

    @Test func refusesMessagesThatAreTooLong() throws {
        let (left, right) = try PacketSocket.pair()
        try left.fd.sendPacket([UInt8](repeating: 1, count: 100))
        #expect(throws: SystemError.self) { _ = try right.fd.receivePacket(capacity: 10) }
    }

    @Test func endsPackets() throws {
        let (left, right) = try PacketSocket.pair()
        left.fd.shutDown()
        #expect(try message(right)?.bytes == nil)
    }

    @Test func pollsDescriptors() throws {
        let poll = try EventPoll()
        let (reader, writer) = try FD.pipeEnds()
        try poll.add(reader.fd.rawValue, .readable)
        var ready: [Int32] = []
        try poll.wait(milliseconds: 0) { target, _ in ready.append(target) }
        #expect(ready.isEmpty)
        try writer.fd.writeAll([1])
        try poll.wait(milliseconds: 1000) { target, events in
            if events.contains(.readable) { ready.append(target) }
        }
        #expect(ready == [reader.fd.rawValue])
    }

    @Test func sealsImages() throws {
        let image = try SealedImage.copy(of: "/etc/passwd")
        #expect(throws: SystemError.self) { try image.writeAll([1]) }
        #expect(throws: SystemError.self) { try image.truncate(to: 0) }
    }
}
