internal import Dockerfile

/// The ARGs of a stage: what the build says of them, their defaults, and those from before the first FROM.
public struct BuildArguments: Sendable {
    /// What the build was given. Nil: a name without a value.
    let given: [String: String?]
    /// Those from before the first FROM, and the platforms'.
    let globals: VariableScope
    /// Declared in the stage, with their defaults.
    private var declared: [String: String?] = [:]
    private(set) var names: [String] = []

    init(given: [String: String?], globals: VariableScope) {
        self.given = given
        self.globals = globals
    }

    mutating func declare(_ name: String, _ value: String?) {
        if declared.updateValue(value, forKey: name) == nil { names.append(name) }
    }

    /// Variables of the stage's instructions and commands, sorted by name; what ENV has set counts more.
    func variables(beside environment: VariableScope) -> [(name: String, value: String)] {
        let proxies = PredefinedArguments.proxies.filter { declared[$0] == nil && given[$0] != nil }
        return (names + proxies).sorted().compactMap { name in
            guard environment[name] == nil, let value = value(of: name) else { return nil }
            return (name, value)
        }
    }

    /// Nil: there is no such variable, unless ENV has set it.
    func value(of name: String) -> String? {
        if let value = given[name] ?? nil { return value }
        if let value = declared[name] ?? nil { return value }
        return globals[name]
    }

    /// A proxy's address is no part of what a step is, unless the Dockerfile asks for it.
    func isPartOfStep(_ name: String) -> Bool {
        declared[name] != nil || !PredefinedArguments.proxies.contains(name)
    }
}

/// Names of arguments that some part of a Dockerfile has declared.
struct UsedArguments: Sendable {
    private(set) var names: Set<String> = ["SOURCE_DATE_EPOCH"]

    mutating func insert(_ name: String) { names.insert(name) }
    mutating func formUnion(_ other: some Sequence<String>) { names.formUnion(other) }

    /// What was given and nobody wanted, sorted.
    func unused(of given: [String: String?]) -> [String] {
        given.keys.filter { !names.contains($0) && !PredefinedArguments.proxies.contains($0) }.sorted()
    }
}
