internal import Primitives

/// Progress as text, for clients that print what they are given (docker: pkg/jsonmessage).
public enum ProgressBar {
    /// `[=====>     ]  1.5MB/3MB`, without a bar when nobody knows the end.
    public static func text(_ current: Int64, of total: Int64) -> String {
        if current <= 0 && total <= 0 { return "" }
        let done = padded(ByteCount(current).decimal(spaced: false))
        guard total > 0 else { return done }
        let filled = min(50, max(0, Int(Double(current) / Double(total) * 100) / 2))
        let bar = "[" + String(repeating: "=", count: filled) + ">" + String(repeating: " ", count: 50 - filled) + "] "
        return bar + (current > total ? done : done + "/" + ByteCount(total).decimal(spaced: false))
    }

    private static func padded(_ text: String) -> String {
        String(repeating: " ", count: max(0, 8 - text.utf8.count)) + text
    }
}
