internal import APIModel

/// `--ulimit name=soft[:hard]`.
enum UlimitForm {
    /// By name, the last of each; nil for none. Errors: words of another form, a soft limit above its hard one.
    static func limits(_ words: [String]) throws -> [Ulimit]? {
        var limits: [String: Ulimit] = [:]
        for word in words {
            let (name, value) = KeyValue.split(word)
            let parts = (value ?? "").split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
            guard (1...2).contains(parts.count), let soft = parts[0], let hard = parts.count > 1 ? parts[1] : soft
            else {
                throw CommandFailure("invalid ulimit argument: \(word)")
            }
            guard soft <= hard || hard == -1 else {
                throw CommandFailure("ulimit soft limit must be less than or equal to hard limit: \(soft) > \(hard)")
            }
            limits[name] = Ulimit(name: name, soft: soft, hard: hard)
        }
        return limits.isEmpty ? nil : limits.values.sorted { $0.name < $1.name }
    }
}
