internal import HostSystem
internal import Primitives

/// Times as Go prints them without being asked for a layout, which is what some columns of Docker's show.
enum GoTime {
    /// In the user's time zone, in whole seconds.
    static func text(_ time: Timestamp) -> String {
        let shown = Timestamp(seconds: time.seconds).fixedWidth(secondsEast: LocalZone.offset(at: time.seconds))
        return text(rfc3339: shown.replacing(".000000000", with: ""))
    }

    /// `2026-01-02T03:04:05.1Z` is `2026-01-02 03:04:05.1 +0000 UTC`; what is no such time stays as it is.
    static func text(rfc3339 text: String) -> String {
        let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let zone = parts[1].lastIndex(where: { "Z+-".contains($0) }) else { return text }
        let offset = parts[1][zone...].filter { $0 != ":" }
        return "\(parts[0]) \(parts[1][..<zone]) " + (offset == "Z" ? "+0000 UTC" : "\(offset) \(offset)")
    }
}
