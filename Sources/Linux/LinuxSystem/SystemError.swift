internal import CLinux

/// A failed system call: which one, on what, and the kernel's answer.
public struct SystemError: Error, Sendable, Hashable {
    /// `errno`, positive.
    public var errno: Int32
    /// The call as its man page names it, such as `openat2`.
    public var call: String
    /// The path, pid or name it was about; may be empty.
    public var subject: String

    public init(errno: Int32, call: String, subject: String = "") {
        self.errno = errno
        self.call = call
        self.subject = subject
    }

    /// The kernel's text for `errno`, lower case as Go prints it (`no such file or directory`).
    public var reason: String {
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            cl_strerror(errno, buffer.baseAddress!, buffer.count)
            return String(cString: buffer.baseAddress!)
        }
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}

extension SystemError: CustomStringConvertible {
    public var description: String {
        subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
    }
}

/// Turns a `cl_` function's answer into a value or a `SystemError`.
@discardableResult @inlinable
public func check<Value: FixedWidthInteger & SignedInteger>(
    _ result: Value, _ call: StaticString, _ subject: @autoclosure () -> String = ""
) throws(SystemError) -> Value {
    guard result < 0 else { return result }
    throw SystemError(errno: Int32(truncatingIfNeeded: -result), call: "\(call)", subject: subject())
}
