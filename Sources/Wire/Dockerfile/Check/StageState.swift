/// What a stage has come to, as far as the rules need it.
struct StageState {
    /// Variables that instructions see.
    var variables: VariableScope
    /// Whether the base's variables are known; if not, a name that is unknown may be one of them.
    var knowsEnvironment = true
    /// Names of ARG, with a value or without.
    var arguments: Set<String> = []
    var hasShell: Bool
    /// A WORKDIR has been seen.
    var hasWorkdir = false
    /// Where the instruction stood of which only the last counts.
    var last: [String: SourceSpan] = [:]

    /// What every Linux image has if it says nothing else.
    static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    init(environment: [String] = [], shell: [String] = [], knowsEnvironment: Bool = true) {
        variables = VariableScope(environment: environment)
        if variables["PATH"] == nil { variables["PATH"] = Self.path }
        hasShell = !shell.isEmpty
        self.knowsEnvironment = knowsEnvironment
    }

    /// What a stage gets from one it is built upon.
    var inherited: StageState {
        var state = self
        state.last = [:]
        return state
    }
}
