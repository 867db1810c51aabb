internal import HostSystem
internal import Primitives

/// What `docker cp` tells of its way: on a terminal how many bytes have passed, and at the end how many there were.
final class CopyProgress {
    private let error: Descriptor
    private let header: String
    /// Nothing is told.
    private let isQuiet: Bool
    private let isTerminal: Bool
    private var told = Timestamp(nanoseconds: 0)
    /// Bytes of the archive.
    private(set) var count: Int64 = 0

    init(_ console: Console, _ header: String, isQuiet: Bool) {
        error = console.error
        self.header = header
        self.isQuiet = isQuiet
        isTerminal = !isQuiet && console.error.isTerminal
        if isTerminal { show("\u{1B}7\u{1B}[?25l\u{1B}8\u{1B}[2K\(header)\(Self.size(0))") }
    }

    func passed(_ bytes: Int64) {
        count += bytes
        guard isTerminal else { return }
        let now = Timestamp.now()
        guard now.nanoseconds - told.nanoseconds > 75_000_000 else { return }
        told = now
        show("\u{1B}[\(header.utf8.count + 1)G\u{1B}[0K\(Self.size(count))")
    }

    /// The line is as it was before.
    func clear() {
        if isTerminal { show("\u{1B}[?25h\u{1B}8\u{1B}[2K") }
    }

    func finish(_ target: String) {
        clear()
        if !isQuiet { show("Successfully copied \(Self.size(count)) to \(target)\n") }
    }

    private func show(_ text: String) { try? error.write(text) }

    private static func size(_ bytes: Int64) -> String {
        ByteCount(bytes).decimal(spaced: false, digits: 3)
    }
}
