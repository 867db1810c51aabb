internal import HostSystem
internal import Primitives

/// `Sending build context to Docker daemon  2.048kB`: as it goes on a terminal, once at the end elsewhere.
final class UploadMeter {
    private let output: Descriptor?
    private let isTerminal: Bool
    private var shown: Int64 = 0

    /// Nil shows nothing.
    init(_ output: Descriptor?) {
        self.output = output
        isTerminal = output?.isTerminal ?? false
    }

    /// Bytes so far.
    func show(_ count: Int64) {
        guard isTerminal, count - shown >= 512 << 10 else { return }
        shown = count
        write(count, "\r")
    }

    func finish(_ count: Int64) { write(count, "\r\r\n") }

    private func write(_ count: Int64, _ end: String) {
        let amount = ByteCount(count).decimal(spaced: false)
        let aligned = String(repeating: " ", count: max(0, 8 - amount.count)) + amount
        try? output?.write("Sending build context to Docker daemon \(aligned)\(end)")
    }
}
