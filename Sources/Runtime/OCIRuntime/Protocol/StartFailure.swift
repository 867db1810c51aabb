internal import LinuxSystem

/// Why a process could not be started, in the classes that Docker's exit codes tell apart.
public struct StartFailure: Error, Sendable, Hashable {
    public enum Kind: String, Sendable {
        /// 127.
        case commandNotFound
        /// 126.
        case notExecutable
        /// Anything else: the container could not be set up.
        case other
    }

    public var kind: Kind
    /// Docker's wording where it has one, such as `exec: "x": executable file not found in $PATH`.
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    init(_ context: String, _ error: SystemError) {
        self.init(.other, context.isEmpty ? error.description : "\(context): \(error)")
    }
}

extension StartFailure: CustomStringConvertible {
    public var description: String { message }
}

/// Runs `body` and says what it was for when the kernel refuses.
@inline(__always)
func doing<Result: ~Copyable>(
    _ context: @autoclosure () -> String, _ body: () throws(SystemError) -> Result
) throws(StartFailure) -> Result {
    do {
        return try body()
    } catch {
        throw StartFailure(context(), error)
    }
}
