/// The `Range` of a request for a part (RFC 9110, 14.2): one range of bytes; anything else is answered in whole.
enum ByteRange {
    enum Outcome: Equatable {
        /// No range that is understood.
        case whole
        case part(Range<Int64>)
        case unsatisfiable
    }

    static func read(_ header: String?, size: Int64) -> Outcome {
        guard let header, header.lowercased().hasPrefix("bytes=") else { return .whole }
        let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false).map(trimmed)
        guard ends.count == 2, !header.contains(",") else { return .whole }
        if ends[0].isEmpty {
            guard let count = number(ends[1]) else { return .whole }
            return count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
        }
        guard let first = number(ends[0]) else { return .whole }
        var last = size - 1
        if !ends[1].isEmpty {
            guard let stated = number(ends[1]), stated >= first else { return .whole }
            last = min(last, stated)
        }
        return first < size ? .part(first..<(last + 1)) : .unsatisfiable
    }

    /// `a-b` of a part that is uploaded (OCI distribution-spec, "Pushing a blob in chunks"): both ends are in it. Nil for
    /// anything else. Registries are sent `bytes a-b/*` too.
    static func uploaded(_ header: String) -> ClosedRange<Int64>? {
        var text = header[...]
        if text.lowercased().hasPrefix("bytes") { text = text.dropFirst(5).drop { $0 == " " || $0 == "=" } }
        text = text.prefix { $0 != "/" }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(trimmed)
        guard ends.count == 2, let first = number(ends[0]), let last = number(ends[1]), first <= last else {
            return nil
        }
        return first...last
    }

    /// Digits alone: Swift's own reading takes a sign.
    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int64(text).flatMap { $0 < .max ? $0 : nil }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let head = text.drop { $0 == " " }
        return head[..<(head.lastIndex { $0 != " " }.map(head.index(after:)) ?? head.startIndex)]
    }
}

/// Conditions on what a client has already (RFC 9110, 13).
enum Condition {
    /// Whether `If-None-Match` lists the tag, weak or not.
    static func isKnown(_ header: String?, etag: String) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { entry in
            let entry = entry.drop { $0 == " " }.prefix { $0 != " " }
            return entry == "*" || entry == etag || entry == "W/" + etag
                // Distribution's clients send digests without quotes.
                || "\"\(entry)\"" == etag
        }
    }
}
