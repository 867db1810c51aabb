public import Primitives

/// Variables by name, in the order in which they came.
public struct VariableScope: Sendable, Hashable {
    public private(set) var names: [String] = []
    private var values: [String: String] = [:]

    public init() {}

    /// `NAME=value` texts, as an image's configuration has them.
    public init(environment: [String]) {
        for entry in environment {
            let (name, value) = entry.cutAtEquals ?? (entry, "")
            self[name] = value
        }
    }

    public subscript(name: String) -> String? {
        get { values[name] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: name) == nil { names.append(name) }
            } else if values.removeValue(forKey: name) != nil {
                names.removeAll { $0 == name }
            }
        }
    }
}

/// What a build brings along, before any instruction.
public enum PredefinedArguments {
    /// Build arguments that need no ARG; RUN sees them, and they are no part of an image's history.
    public static let proxies = [
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy",
        "ALL_PROXY", "all_proxy",
    ]
    /// Build arguments that steer what is scanned and are no variables.
    static let scanners: Set<String> = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"]

    /// The platforms' arguments and the target's name; FROM sees them, stages after an ARG of the name.
    public static func scope(
        build: Platform, target: Platform, stage: String?, overrides: [String: String] = [:]
    ) -> VariableScope {
        let values = [
            ("BUILDPLATFORM", build.description), ("BUILDOS", build.os), ("BUILDOSVERSION", ""),
            ("BUILDARCH", build.architecture), ("BUILDVARIANT", build.variant ?? ""),
            ("TARGETPLATFORM", target.description), ("TARGETOS", target.os), ("TARGETOSVERSION", ""),
            ("TARGETARCH", target.architecture), ("TARGETVARIANT", target.variant ?? ""),
            ("TARGETSTAGE", stage ?? "default"),
        ]
        var scope = VariableScope()
        for (name, value) in values { scope[name] = overrides[name] ?? value }
        return scope
    }
}

extension VariableScope {
    /// Adds the ARGs before the first FROM, with what the build says of them. Errors: defaults that can't be expanded.
    public mutating func declare(
        _ globals: [Instruction], _ buildArguments: [String: String], _ expander: WordExpander
    ) throws(DockerfileError) {
        for instruction in globals {
            guard case .arg(let declarations) = instruction.statement else { continue }
            for declaration in declarations {
                if let given = buildArguments[declaration.name] {
                    self[declaration.name] = given
                } else if let value = declaration.value {
                    do { self[declaration.name] = try expander.expand(value, { self[$0] }).text } catch {
                        throw error.located(at: instruction.span)
                    }
                }
            }
        }
    }
}
