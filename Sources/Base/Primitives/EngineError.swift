/// What went wrong, in a form that both ends of the API understand.
///
/// The kind decides what a caller does (and, in one table in `APIModel`, the HTTP status); the message is for people:
/// lower case unless Docker's own wording differs, no full stop, and it names the object.
public struct EngineError: Error, Sendable {
    /// The closed set of failure classes.
    public enum Kind: String, Sendable, CaseIterable, Hashable {
        /// The object is already in the requested state. Not a failure for most callers (HTTP 304).
        case notModified
        case badParameter
        case unauthorized
        case forbidden
        case notFound
        case notAcceptable
        case conflict
        case `internal`
        /// The request is understood and not built yet (HTTP 501). The message says what is missing.
        case notImplemented
        case unavailable
    }

    public var kind: Kind
    public var message: String
    /// The lower error this one was made from, for the log; never sent to a client.
    public var cause: (any Error)?

    public init(_ kind: Kind, _ message: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.message = message
        self.cause = cause
    }
}

extension EngineError: CustomStringConvertible {
    public var description: String {
        guard let cause else { return message }
        let reason = String(describing: cause)
        return message.hasSuffix(reason) ? message : "\(message): \(reason)"
    }
}
