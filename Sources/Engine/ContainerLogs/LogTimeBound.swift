internal import Primitives

/// A point in time to compare log lines with, without parsing theirs.
struct LogTimeBound {
    private let timestamp: Timestamp
    /// `2015-05-28T17:39:01.123456789`: compares as text with others of its form.
    private let text: [UInt8]

    init(_ timestamp: Timestamp) {
        self.timestamp = timestamp
        text = Array(timestamp.fixedWidth.utf8.dropLast())
    }

    /// Below zero when the line's time is earlier than this, above when it is later. A time that can't be read is
    /// taken for equal.
    func compare(_ source: UnsafeRawBufferPointer, _ time: Range<Int>) -> Int {
        guard !time.isEmpty else { return 0 }
        guard source[time.upperBound - 1] == UInt8(ascii: "Z"), time.count <= 30 else { return slow(source, time) }
        for index in 0..<text.count {
            // A shorter fraction has zeros at its end, and a missing one its point.
            let missing = index == 19 ? UInt8(ascii: ".") : UInt8(ascii: "0")
            let byte = index < time.count - 1 ? source[time.lowerBound + index] : missing
            if byte != text[index] { return Int(byte) - Int(text[index]) }
        }
        return 0
    }

    func compare(_ other: Timestamp) -> Int { other < timestamp ? -1 : other > timestamp ? 1 : 0 }

    private func slow(_ source: UnsafeRawBufferPointer, _ time: Range<Int>) -> Int {
        (try? Timestamp(parsing: String(decoding: source[time], as: UTF8.self))).map(compare) ?? 0
    }
}
