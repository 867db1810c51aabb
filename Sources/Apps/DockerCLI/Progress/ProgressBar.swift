internal import OrderedJSON
internal import Primitives

/// How far something is, as one cell of a line: `[====>      ]  1.2MB/3.4MB 5s`.
struct ProgressBar {
    private static let cells = 50

    let current: Int64
    let total: Int64
    /// Unix seconds; 0 when nobody said when it began.
    private let start: Int64
    private let hidesCounts: Bool
    /// Empty for bytes.
    private let units: String

    /// The `progressDetail` of a message.
    init(_ detail: JSONObject) {
        current = detail["current"]?.integerValue ?? 0
        total = detail["total"]?.integerValue ?? 0
        start = detail["start"]?.integerValue ?? 0
        hidesCounts = detail["hidecounts"]?.boolValue ?? false
        units = detail["units"]?.stringValue ?? ""
    }

    /// Whether its amounts are bytes, and may be shown.
    var tellsBytes: Bool { units.isEmpty && !hidesCounts && current >= 0 }
    /// The engine said when it began: then the time left is part of docker's own line.
    var hasStart: Bool { start > 0 }

    /// Empty when there is nothing to show. `width`: the columns of the terminal; a narrow one gets no bar, a very narrow
    /// one no time either.
    func text(width: Int, now: Timestamp) -> String {
        guard current > 0 || total > 0 else { return "" }
        guard total > 0 else { return counts }
        let bar = width > 110 ? "[\(filled)] " : ""
        return bar + (hidesCounts ? "" : counts) + (width > 50 ? timeLeft(now) : "")
    }

    /// Half of the percentage.
    private var share: Int {
        let ratio = Double(current) / Double(total) * 100
        return min(Int(max(ratio, 0)) / 2, Self.cells)
    }

    private var filled: String {
        String(repeating: "=", count: share) + ">" + String(repeating: " ", count: Self.cells - share)
    }

    /// The total is left out where it can't be right.
    private var counts: String {
        let isSure = total > 0 && current <= total
        guard units.isEmpty else { return isSure ? "\(current)/\(total) \(units)" : "\(current) \(units)" }
        let amount = ByteCount(current).decimal(spaced: false)
        let aligned = String(repeating: " ", count: max(0, 8 - amount.count)) + amount
        return isSure ? "\(aligned)/\(ByteCount(total).decimal(spaced: false))" : aligned
    }

    /// As long as it took so far for each of those that are left.
    private func timeLeft(_ now: Timestamp) -> String {
        guard current > 0, start > 0, share < Self.cells else { return "" }
        let passed = now.nanoseconds - Timestamp(seconds: start).nanoseconds
        let (left, overflow) = (passed / current).multipliedReportingOverflow(by: total - current)
        return overflow || left < 0 ? "" : " " + GoDuration.text(seconds: left / 1_000_000_000)
    }
}
