/// Who a process runs as.
public struct ResolvedUser: Equatable {
    public var uid: UInt32
    public var gid: UInt32
    /// For setgroups(2): the primary group is one of them, else leaving it in a set-group-ID program would give
    /// access that `setgroups` was to take (CVE-2022-36109).
    var groups: [UInt32]
    var home: String
}

/// Docker's `--user` against the container's own `passwd(5)` and `group(5)`.
public struct UserLookup {
    private let passwd: [[Substring]]
    private let group: [[Substring]]

    /// The files' contents; empty when the image has none.
    public init(passwd: String, group: String) {
        self.passwd = Self.records(passwd, fields: 7)
        self.group = Self.records(group, fields: 4)
    }

    /// `spec` is `name`, `uid`, `name:group`, `uid:gid` or empty; `additional` are names or numbers of groups.
    public func resolve(_ spec: String, additional: [String]) throws(StartFailure) -> ResolvedUser {
        let parts = spec.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let userText = parts.first ?? ""
        let groupText = parts.count > 1 ? parts[1] : ""
        let entry = entry(for: userText)
        var user = ResolvedUser(uid: 0, gid: 0, groups: [], home: "/")
        if let entry {
            (user.uid, user.gid) = try (Self.number(entry[2], in: spec), Self.number(entry[3], in: spec))
            user.home = entry[5].isEmpty ? "/" : String(entry[5])
        } else if !userText.isEmpty {
            guard UInt64(userText) != nil else {
                throw StartFailure(.other, "unable to find user \(userText): no matching entries in passwd file")
            }
            user.uid = try Self.number(userText, in: spec)
        }
        var supplementary: [UInt32] = []
        if !groupText.isEmpty {
            user.gid = try groupNumber(groupText)
        } else if let name = entry?.first {
            supplementary = group.filter { $0[3].split(separator: ",").contains(name) }.compactMap { UInt32($0[2]) }
        }
        for text in additional { supplementary.append(try groupNumber(Substring(text))) }
        user.groups = Self.unique([user.gid] + supplementary)
        return user
    }

    /// The home of `uid`, for a user that is given by number already.
    func home(of uid: UInt32) -> String {
        guard let entry = passwd.first(where: { UInt32($0[2]) == uid }), !entry[5].isEmpty else { return "/" }
        return String(entry[5])
    }

    /// A number matches user ids, anything else names; nothing at all is user 0.
    private func entry(for text: Substring) -> [Substring]? {
        if text.isEmpty { return passwd.first { $0[2] == "0" } }
        if let named = passwd.first(where: { $0[0] == text }) { return named }
        return UInt32(text).flatMap { uid in passwd.first { UInt32($0[2]) == uid } }
    }

    private func groupNumber(_ text: Substring) throws(StartFailure) -> UInt32 {
        if let named = group.first(where: { $0[0] == text }), let gid = UInt32(named[2]) { return gid }
        guard UInt64(text) != nil else {
            throw StartFailure(.other, "unable to find group \(text): no matching entries in group file")
        }
        return try Self.number(text, in: String(text))
    }

    private static func number(_ text: Substring, in spec: String) throws(StartFailure) -> UInt32 {
        guard let number = UInt32(text), number <= UInt32(Int32.max) else {
            throw StartFailure(.other, "uids and gids must be in range 0-2147483647")
        }
        return number
    }

    private static func records(_ text: String, fields: Int) -> [[Substring]] {
        text.split(separator: "\n").compactMap { line in
            guard let first = line.first, first != "#" else { return nil }
            var record = line.split(separator: ":", omittingEmptySubsequences: false)
            // Short lines are read as far as they go, as libcontainer does.
            while record.count < fields { record.append("") }
            return record
        }
    }

    private static func unique(_ groups: [UInt32]) -> [UInt32] {
        var seen: Set<UInt32> = []
        return groups.filter { seen.insert($0).inserted }
    }
}
