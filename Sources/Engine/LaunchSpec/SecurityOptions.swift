internal import APIModel
internal import Primitives

/// `--security-opt`, parsed once.
struct SecurityOptions: Equatable, Sendable {
    enum Seccomp: Equatable, Sendable {
        case standard
        case unconfined
        /// The JSON itself, as clients send it.
        case profile(String)
    }

    var seccomp = Seccomp.standard
    var noNewPrivileges = false
    var isUnmasked = false

    /// Errors: `badParameter` for what is none, with Docker's texts; `notImplemented` for AppArmor, SELinux and
    /// writable cgroups, which this engine lacks.
    init(_ options: [String]) throws(EngineError) {
        for option in options { try apply(option) }
    }

    private mutating func apply(_ option: String) throws(EngineError) {
        if option == "no-new-privileges" { return noNewPrivileges = true }
        // 1.6's way to switch labels off.
        if option == "disable" { return }
        // `name=value`, or 1.6's `name:value` where no `=` occurs.
        guard let separator = option.firstIndex(of: "=") ?? option.firstIndex(of: ":") else {
            throw EngineError(.badParameter, "invalid --security-opt 1: \"\(option)\"")
        }
        let value = String(option[option.index(after: separator)...])
        switch option[..<separator] {
        case "no-new-privileges":
            guard let isOn = Self.bool(value) else { throw invalid(option) }
            noNewPrivileges = isOn
        case "seccomp": seccomp = Self.seccomp(value)
        case "systempaths" where value == "unconfined": isUnmasked = true
        case "apparmor" where value == "unconfined" || value.isEmpty, "label" where value == "disable": break
        case "apparmor", "label", "writable-cgroups":
            throw EngineError(.notImplemented, "security option '\(option)' is not supported yet")
        default: throw invalid(option)
        }
    }

    private static func seccomp(_ value: String) -> Seccomp {
        switch value {
        case "unconfined": .unconfined
        case "builtin", "": .standard
        default: .profile(value)
        }
    }

    private func invalid(_ option: String) -> EngineError {
        EngineError(.badParameter, "invalid --security-opt 2: \"\(option)\"")
    }

    /// Go's `strconv.ParseBool`.
    private static func bool(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}
