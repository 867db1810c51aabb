internal import APIModel

/// `label=key`, `label=key=value` and their opposites `label!=…`: all must hold.
enum LabelFilter {
    static func matches(_ filters: Filters, _ labels: [String: String]) -> Bool {
        func holds(_ wanted: String) -> Bool {
            let parts = wanted.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let value = labels[String(parts[0])] else { return false }
            return parts.count == 1 || value == parts[1]
        }
        return filters["label"].allSatisfy(holds) && !filters["label!"].contains(where: holds)
    }
}
