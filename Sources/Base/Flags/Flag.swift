/// One flag of a command, as data.
public struct Flag: Sendable {
    public enum Kind: Sendable, Equatable {
        case bool, text, integer, list
    }

    /// Without dashes; one letter or long.
    public var names: [String]
    public var kind: Kind
    /// Shown by the help after the name, and the value when the flag is not given.
    public var defaultText: String
    public var help: String
    /// Left out of the help.
    public var isHidden: Bool
    /// Names that still work and warn: with the dashes they are written with, and what takes their place.
    public private(set) var deprecated: [String: String?] = [:]

    public init(
        _ names: String..., kind: Kind = .bool, default defaultText: String = "", help: String, isHidden: Bool = false
    ) {
        self.names = names
        self.kind = kind
        self.defaultText = kind == .bool && defaultText.isEmpty ? "false" : defaultText
        self.help = help
        self.isHidden = isHidden
    }

    /// The same flag with an older name, dashes included; `replacement` nil says that nothing takes its place.
    public func deprecating(_ name: String, replacement: String? = nil) -> Flag {
        var flag = self
        flag.deprecated[name] = .some(replacement)
        return flag
    }

    /// The name that values are asked by: the long one.
    public var name: String { names.first { $0.count > 1 } ?? names[0] }
}

/// A command line that does not fit, with the exit code Docker's clients give it.
public struct UsageError: Error, Sendable, Equatable {
    public var message: String
    public var exitCode: Int32

    public init(_ message: String, exitCode: Int32 = 1) {
        self.message = message
        self.exitCode = exitCode
    }
}

/// What a command line said.
public struct FlagValues: Sendable {
    var texts: [String: [String]] = [:]
    var defaults: [String: String] = [:]
    /// The words after the flags.
    public var arguments: [String] = []
    public var wantsHelp = false
    /// What to tell the user, in order.
    public internal(set) var warnings: [String] = []

    public func bool(_ name: String) -> Bool { FlagParser.truth(texts[name]?.last ?? defaults[name] ?? "") ?? false }
    public func text(_ name: String) -> String { texts[name]?.last ?? defaults[name] ?? "" }
    public func list(_ name: String) -> [String] { texts[name] ?? [] }
    public func integer(_ name: String) -> Int { FlagParser.integer(text(name)) ?? 0 }
    public func isSet(_ name: String) -> Bool { texts[name] != nil }
}
