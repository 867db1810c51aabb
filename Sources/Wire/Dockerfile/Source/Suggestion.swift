/// The known word that somebody may have meant.
enum Suggestion {
    /// A word is meant when fewer than this many letters differ.
    private static let bound = 3
    /// Longer lists are not searched to their end.
    private static let longestList = 2000

    /// The nearest option, the first of several; nil when none is near, or when the word itself is among them.
    static func nearest(to word: String, among options: some Sequence<String>, ignoringCase: Bool = false) -> String? {
        let wanted = Array((ignoringCase ? word.lowercased() : word).unicodeScalars)
        var best: String?
        var least = bound
        for option in options.prefix(longestList) {
            let candidate = Array((ignoringCase ? option.lowercased() : option).unicodeScalars)
            if candidate == wanted { return nil }
            guard abs(candidate.count - wanted.count) < least else { continue }
            let distance = distance(wanted, candidate)
            guard distance < least else { continue }
            least = distance
            best = ignoringCase ? cased(option, like: word) : option
        }
        return best
    }

    /// ` (did you mean x?)`, or nothing.
    static func hint(for word: String, among options: some Sequence<String>, ignoringCase: Bool = false) -> String {
        nearest(to: word, among: options, ignoringCase: ignoringCase).map { " (did you mean \($0)?)" } ?? ""
    }

    private static func cased(_ option: String, like word: String) -> String {
        if word == word.lowercased() { return option.lowercased() }
        return word == word.uppercased() ? option.uppercased() : option.lowercased()
    }

    /// Levenshtein's distance: insertions, deletions and replacements count one each.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var previous = Array(0...right.count)
        for (row, scalar) in left.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for (column, other) in right.enumerated() {
                let replaced = previous[column] + (scalar == other ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
