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
        guard frames != nil else { return try console.output.write(bytes) }
        let console = console
        try frames?.push(bytes) { stream, part in
            switch stream {
            case .input, .output: try console.output.write(part)
            case .error: try console.error.write(part)
            case .system:
                throw CommandFailure("error from daemon in stream: " + String(decoding: part, as: UTF8.self))
            }
        }
    }
}
