internal import HTTPServer
internal import Primitives

/// One call of the API.
struct Route: Sendable {
    typealias Action = @Sendable (Call) async throws(EngineError) -> Response?

    /// What a request's body is for; decides who may read it.
    enum Body: Sendable {
        /// Parameters, if anything: merged into the query when it is a form.
        case form
        /// The action reads it.
        case action
    }

    var method: String
    /// `{name}` stands for one or more characters, slashes too.
    var pattern: String
    var body: Body
    /// Nil when it has answered by itself.
    var action: Action

    init(_ method: String, _ pattern: String, body: Body = .form, _ action: @escaping Action) {
        self.method = method
        self.pattern = pattern
        self.body = body
        self.action = action
    }
}

/// Finds the route of a path: fixed paths first, then patterns in the order given. Names are greedy, as
/// `/images/host:5000/a/b/json` needs.
struct Router: Sendable {
    private struct Pattern: Sendable {
        var method: String
        var prefix: String
        var suffix: String
        var route: Route
    }

    private var fixed: [String: Route] = [:]
    /// By the first part of the path.
    private var patterns: [Substring: [Pattern]] = [:]

    init(_ routes: [Route]) {
        for route in routes {
            let parts = route.pattern.split(separator: "{name}", omittingEmptySubsequences: false).map(String.init)
            if parts.count == 1 {
                fixed[route.method + " " + route.pattern] = route
            } else {
                let pattern = Pattern(method: route.method, prefix: parts[0], suffix: parts[1], route: route)
                patterns[Self.group(parts[0]), default: []].append(pattern)
            }
        }
    }

    private static func group(_ path: String) -> Substring {
        path.split(separator: "/", maxSplits: 1).first ?? ""
    }

    /// `name` is empty for fixed paths; its leading slashes are dropped, so `//x` is `x`.
    func find(_ method: String, _ path: String) -> (route: Route, name: String)? {
        if let route = fixed[method + " " + path] { return (route, "") }
        for pattern in patterns[Self.group(path)] ?? [] where pattern.method == method {
            guard path.utf8.count > pattern.prefix.utf8.count + pattern.suffix.utf8.count,
                path.hasPrefix(pattern.prefix), path.hasSuffix(pattern.suffix)
            else { continue }
            let name = path.dropFirst(pattern.prefix.count).dropLast(pattern.suffix.count).drop { $0 == "/" }
            if !name.isEmpty { return (pattern.route, String(name)) }
        }
        return nil
    }
}
