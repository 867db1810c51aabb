internal import NIOCore
internal import Primitives
internal import Synchronization

/// The keys that end a session at a terminal and leave the container running.
struct DetachKeys: Sendable, Equatable {
    let bytes: [UInt8]

    static let standard: [UInt8] = [0x10, 0x11]

    /// `nil` is `ctrl-p,ctrl-q`. Errors: `badParameter`.
    init(_ text: String?) throws(EngineError) {
        guard let text else {
            bytes = Self.standard
            return
        }
        var bytes: [UInt8] = []
        for key in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let byte = Self.byte(of: key) else {
                throw EngineError(.badParameter, "Invalid detach keys (\(text)) provided")
            }
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    /// One character, or `ctrl-` and a letter or one of `@ [ \ ] ^ _`.
    private static func byte(of key: Substring) -> UInt8? {
        if key.utf8.count == 1 { return key.utf8.first }
        guard key.hasPrefix("ctrl-"), key.utf8.count == 6, let last = key.utf8.last else { return nil }
        switch last {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): return last - UInt8(ascii: "a") + 1
        case UInt8(ascii: "@"), UInt8(ascii: "[")...UInt8(ascii: "_"): return last - 64
        default: return nil
        }
    }
}

/// Looks for the detach keys in a stream of bytes. Keys that only began the sequence are passed on when it breaks off.
struct DetachScanner {
    private let keys: [UInt8]
    private var matched = 0

    init(_ keys: DetachKeys) { self.keys = keys.bytes }

    /// What may go on, and whether the sequence is complete; what follows it is dropped.
    mutating func scan(_ input: some Sequence<UInt8>) -> (output: [UInt8], detached: Bool) {
        var output: [UInt8] = []
        for byte in input {
            if byte == keys[matched] {
                matched += 1
                if matched == keys.count { return (output, true) }
                continue
            }
            output += keys[..<matched]
            matched = byte == keys[0] && keys.count > 1 ? 1 : 0
            if matched == 0 { output.append(byte) }
        }
        return (output, false)
    }

    /// Whether `input` can't be part of a sequence and may go on as it is.
    func passes(_ input: some Sequence<UInt8>) -> Bool {
        matched == 0 && !input.contains(keys[0])
    }
}

/// A scanner for the event loop that owns a connection.
final class DetachWatcher: Sendable {
    private let scanner: Mutex<DetachScanner>

    private let detached: (@Sendable () -> Void)?

    init(_ keys: DetachKeys, detached: (@Sendable () -> Void)?) {
        scanner = Mutex(DetachScanner(keys))
        self.detached = detached
    }

    /// Shortens the buffer to what the container may see; true when the keys were pressed.
    @Sendable func filter(_ buffer: inout ByteBuffer) -> Bool {
        let leaves = scanner.withLock { scanner in
            if scanner.passes(buffer.readableBytesView) { return false }
            let (output, leaves) = scanner.scan(buffer.readableBytesView)
            buffer = ByteBuffer(bytes: output)
            return leaves
        }
        if leaves { detached?() }
        return leaves
    }
}
