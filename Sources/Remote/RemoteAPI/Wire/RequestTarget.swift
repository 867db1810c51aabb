internal import APIModel
internal import HTTPServer
internal import Primitives

/// The first line of a request taken apart: version, path and query, percent-decoded once.
struct RequestTarget: Sendable {
    /// As it was written after `/v`; nil when the path has no version.
    var versionText: String?
    var path: String
    var query: Query

    init(_ target: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        query = Query(parsing: parts.count > 1 ? parts[1] : "")
        // Absolute form, as to a proxy: only its path counts.
        var whole = parts.first ?? ""
        if !whole.hasPrefix("/"), let scheme = whole.firstRange(of: "://") {
            let rest = whole[scheme.upperBound...]
            whole = rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
        }
        path = PercentEncoding.decoded(whole, plusIsBlank: false)
        splitVersion()
    }

    private mutating func splitVersion() {
        guard path.hasPrefix("/v") else { return }
        let rest = path.dropFirst(2)
        let version = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
        guard !version.isEmpty, rest.dropFirst(version.count).first == "/" else { return }
        versionText = String(version)
        path = String(rest.dropFirst(version.count))
    }

    /// The version the caller speaks; the newest when it names none. Errors: `badParameter` for one that isn't served.
    func checkedVersion() throws(EngineError) -> APIVersion {
        guard let versionText else { return .current }
        guard let version = APIVersion(versionText) else {
            throw EngineError(.badParameter, "invalid API version \(versionText)")
        }
        if version > .current {
            throw EngineError(
                .badParameter,
                "client version \(versionText) is too new. Maximum supported API version is \(APIVersion.current)")
        }
        if version < .minimum {
            throw EngineError(
                .badParameter,
                "client version \(versionText) is too old. Minimum supported API version is \(APIVersion.minimum), "
                    + "please upgrade your client to a newer version")
        }
        return version
    }

    /// Errors are JSON from 1.24 on and for callers that name no version.
    var wantsJSONErrors: Bool {
        guard let versionText else { return true }
        return APIVersion(versionText).map { $0 >= APIVersion(1, 24) } ?? true
    }
}
