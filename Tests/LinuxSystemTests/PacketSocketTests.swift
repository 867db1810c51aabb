import Testing

@testable import LinuxSystem

@Suite struct PacketSocketTests {
    /// unix(7): data that was never read makes the close a reset.
    @Test func theLastWordsOfOneWhoDidNotListenAreHeard() throws {
        let listener: FDBox
        do {
            let (speaker, other) = try PacketSocket.pair()
            listener = other
            try speaker.fd.sendPacket(Array("first".utf8))
            try speaker.fd.sendPacket(Array("last".utf8))
            try listener.fd.sendPacket(Array("never read".utf8))
        }
        #expect(try listener.fd.receivePacket()?.bytes == Array("first".utf8))
        #expect(try listener.fd.receivePacket(waits: false)?.bytes == Array("last".utf8))
        #expect(try listener.fd.receivePacket() == nil)
    }

    @Test func anEndIsNoError() throws {
        let listener: FDBox
        do {
            let (speaker, other) = try PacketSocket.pair()
            listener = other
            try listener.fd.sendPacket(Array("never read".utf8))
            _ = speaker
        }
        #expect(try listener.fd.receivePacket() == nil)
    }
}
