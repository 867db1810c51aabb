/// Why a registry did not do what it was asked.
public struct RegistryError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// No connection, or one that broke or stalled: the same may succeed when it is tried again.
        case unreachable
        /// The registry answered with an error: its code (`MANIFEST_UNKNOWN`, empty without one) and the HTTP status.
        case refused(code: String, status: Int)
        /// An answer that can't be right: another digest, another length, too large, not what was asked for.
        case invalid
    }

    public var reason: Reason
    /// For people; never with a password or token in it.
    public var message: String
    /// Seconds that the registry asks to wait before the next try.
    public var retryAfter: Int?

    public init(_ reason: Reason, _ message: String, retryAfter: Int? = nil) {
        self.reason = reason
        self.message = message
        self.retryAfter = retryAfter
    }

    public var code: String { if case .refused(let code, _) = reason { code } else { "" } }
    public var status: Int? { if case .refused(_, let status) = reason { status } else { nil } }

    /// The same request may succeed later: broken connections, 408, 429 and the server's own troubles.
    public var isTemporary: Bool {
        switch reason {
        case .unreachable: true
        case .refused(_, let status): status == 408 || status == 429 || (500...599).contains(status) && status != 501
        case .invalid: false
        }
    }
}

extension RegistryError: CustomStringConvertible {
    public var description: String { message }
}
