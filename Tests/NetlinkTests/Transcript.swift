import LinuxSystem
import Synchronization

@testable import Netlink

/// A channel that answers from a script and keeps what it was sent.
final class Transcript: NetlinkChannel {
    private struct State {
        var sent: [[UInt8]] = []
        var answers: [[UInt8]]
    }

    private let state: Mutex<State>

    init(_ answers: [[UInt8]]) { state = Mutex(State(answers: answers)) }

    var sent: [[UInt8]] { state.withLock { $0.sent } }

    func send(_ datagram: [UInt8]) { state.withLock { $0.sent.append(datagram) } }

    func receive() throws(SystemError) -> [UInt8] {
        let answer = state.withLock { $0.answers.isEmpty ? nil : $0.answers.removeFirst() }
        guard let answer else { throw SystemError(errno: 11, call: "recvfrom") }
        return answer
    }
}

/// Bytes from hexadecimal text; blanks are for people.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }
    var bytes: [UInt8] = []
    var index = digits.startIndex
    while index < digits.endIndex {
        let next = digits.index(index, offsetBy: 2)
        bytes.append(UInt8(digits[index..<next], radix: 16) ?? 0)
        index = next
    }
    return bytes
}
