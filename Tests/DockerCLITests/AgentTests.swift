import HostSystem
import Testing

@testable import DockerCLI

@Suite struct AgentTests {
    private func messages(_ pieces: [[UInt8]]) throws -> [[UInt8]] {
        var (rest, found) = (pieces[...], [[UInt8]]())
        var messages = AgentMessages()
        while let message = try messages.next({ rest.popFirst() ?? [] }) { found.append(message) }
        return found
    }

    /// draft-miller-ssh-agent, section 3: a length in four bytes, then that many.
    @Test func messagesAreToldApart() throws {
        let (identities, sign): ([UInt8], [UInt8]) = ([0, 0, 0, 1, 11], [0, 0, 0, 3, 13, 7, 8])
        #expect(try messages([identities + sign]) == [identities, sign])
        #expect(try messages((identities + sign).map { [$0] }) == [identities, sign])
        // What is cut is none.
        #expect(try messages([identities, [0, 0, 0, 3, 13]]) == [identities])
        #expect(try messages([]).isEmpty)
    }

    @Test(arguments: [[0, 0, 0, 0], [0, 4, 0, 1], [255, 255, 255, 255]] as [[UInt8]]) func lengthsHaveABound(
        _ head: [UInt8]
    ) {
        #expect(throws: (any Error).self) { try messages([head + [11]]) }
    }

    /// Section 5: 11 asks for identities, 13 for a signature; all else changes an agent.
    @Test func buildsOnlyAsk() {
        let allowed = (UInt8.min...UInt8.max).filter { AgentMessages.isAllowed([0, 0, 0, 1, $0]) }
        #expect(allowed == [11, 13] && !AgentMessages.isAllowed([0, 0, 0, 0]))
    }

    @Test func flagsNameSockets() throws {
        let (end, other) = ("/dev/null", "/dev/zero")  // What is no ordinary file.
        let variable: (String) -> String? = { $0 == "SSH_AUTH_SOCK" ? end : nil }
        #expect(try AgentFlags.sockets(["default", "a=\(other)"], variable) == ["default": end, "a": other])
        #expect(
            try AgentFlags.sockets(["=\(other)", "a", "a=\(other)", ""], variable) == ["default": other, "a": other])
        #expect(try AgentFlags.sockets([], variable).isEmpty)
        for word in ["default=/etc/passwd", "a=/none/there", "a=\(end),\(end)"] {
            #expect(throws: CommandFailure.self, "\(word)") { try AgentFlags.sockets([word], variable) }
        }
        #expect(throws: CommandFailure.self) { try AgentFlags.sockets(["default"]) { _ in nil } }
    }
}
