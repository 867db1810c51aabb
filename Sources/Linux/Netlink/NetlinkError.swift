internal import LinuxSystem

/// A request that the kernel refused, or an answer that makes no sense.
public struct NetlinkError: Error, Sendable, Hashable {
    /// `errno`, positive; EBADMSG (74) for an answer that can't be read.
    public var errno: Int32
    /// What was asked, naming the object: `add link veth1a2b3c4`.
    public var operation: String
    /// The kernel's own explanation (extended ack, Linux 4.12), where it gives one.
    public var kernelText: String?

    public init(errno: Int32, operation: String, kernelText: String? = nil) {
        self.errno = errno
        self.operation = operation
        self.kernelText = kernelText
    }

    static func malformed(_ operation: String) -> NetlinkError { NetlinkError(errno: 74, operation: operation) }

    public var isMissing: Bool { errno == 2 || errno == 3 || errno == 19 }
    public var isExisting: Bool { errno == 17 }
}

extension NetlinkError: CustomStringConvertible {
    public var description: String {
        let text = SystemError(errno: errno, call: operation).description
        guard let kernelText, !kernelText.isEmpty else { return text }
        return "\(text) (\(kernelText))"
    }
}
