/// `--link name[:alias]`.
enum LinkForm {
    /// Errors: a link without a name, one with more than two parts.
    static func checked(_ links: [String]) throws -> [String] {
        for link in links {
            if link.isEmpty { throw CommandFailure.invalid(link, for: "link", "empty string specified for links") }
            guard link.split(separator: ":", omittingEmptySubsequences: false).count <= 2 else {
                throw CommandFailure.invalid(link, for: "link", "bad format for links: \(link)")
            }
        }
        return links
    }
}
