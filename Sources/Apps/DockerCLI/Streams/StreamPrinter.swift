internal import HostSystem

/// Writes what a container says to the client's own streams, framed or raw.
struct StreamPrinter {
    private let console: Console
    private var frames: Demultiplexer?

    init(_ console: Console, isMultiplexed: Bool) {
        self.console = console
        frames = isMultiplexed ? Demultiplexer() : nil
    }

    /// Errors: the engine's own, told within the stream; a reader that is gone.
    mutating func write(_ bytes: [UInt8]) throws {
        let console = console
        guard frames != nil else { return try StreamPrinter.send(bytes[...], to: console.output) }
        try frames?.push(bytes) { stream, part in
            switch stream {
            case .input, .output: try StreamPrinter.send(part, to: console.output)
            case .error: try StreamPrinter.send(part, to: console.error)
            case .system:
                throw CommandFailure("error from daemon in stream: " + String(decoding: part, as: UTF8.self))
            }
        }
    }

    /// A reader that is gone ends the command as SIGPIPE would, without a word.
    private static func send(_ bytes: ArraySlice<UInt8>, to output: Descriptor) throws {
        guard (try? output.write(bytes)) != nil else { throw CommandFailure("", exitCode: 141) }
    }
}
