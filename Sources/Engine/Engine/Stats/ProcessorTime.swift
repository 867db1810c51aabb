/// What the machine's processors did since it was started (`proc_stat(5)`).
struct ProcessorTime: Sendable, Equatable {
    /// Of all together: working and idle, without the time that guests of ours have.
    var nanoseconds: UInt64
    var processors: Int

    /// `/proc/stat` counts hundredths of a second (USER_HZ).
    private static let tick: UInt64 = 10_000_000

    /// Reads the lines of the processors, which come first. Nil when the line of all is not there or has too few fields.
    init?(parsing bytes: [UInt8]) {
        var ticks: UInt64?
        processors = 0
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard let name = fields.first, name.starts(with: "cpu".utf8) else { break }
            if name.count > 3 {
                processors += 1
            } else {
                let counts = fields.dropFirst().prefix(7).compactMap { UInt64(String(decoding: $0, as: UTF8.self)) }
                ticks = counts.count == 7 ? counts.reduce(0, &+) : nil
            }
        }
        guard let ticks else { return nil }
        nanoseconds = ticks &* Self.tick
    }
}
