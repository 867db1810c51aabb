internal import APIModel
internal import ClientProfile
internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

/// A command with what it was given.
struct Invocation: Sendable {
    var client: EngineClient
    var profile: Profile
    var console: Console
    var flags: FlagValues
    /// Environment variables by name.
    var variable: @Sendable (String) -> String? = { _ in nil }

    var arguments: [String] { flags.arguments }
    /// The first argument; the count has been checked before.
    var subject: String { arguments.first ?? "" }
    func argument(_ index: Int) -> String { arguments.indices.contains(index) ? arguments[index] : "" }

    /// Does something to each name; goes on after failures and says so at the end.
    func forEachName(_ failure: String, _ action: (String) throws -> Void) throws -> Int32 {
        var failed: [String] = []
        for name in arguments {
            do {
                try action(name)
            } catch {
                console.complain(Failure.text(error))
                failed.append(name)
            }
        }
        guard failed.isEmpty else { throw CommandFailure("Error: failed to \(failure)") }
        return 0
    }

    /// The same where each name that went well is printed.
    func forEachPrinted(_ failure: String, _ action: (String) throws -> Void) throws -> Int32 {
        try forEachName(failure) { name in
            try action(name)
            console.print(name)
        }
    }
}

enum Failure {
    /// What a user reads.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as CommandFailure: error.message
        case let error as UsageError: error.message
        case let error as EngineError:
            error.cause is EngineAnswer ? "Error response from daemon: \(error.message)" : error.message
        default: "\(error)"
        }
    }

    static func exitCode(_ error: any Error) -> Int32 {
        switch error {
        case let error as CommandFailure: error.exitCode
        case let error as UsageError: error.exitCode
        default: 1
        }
    }
}
