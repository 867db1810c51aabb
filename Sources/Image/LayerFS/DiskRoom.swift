internal import LinuxSystem

/// What can be done about a disk that is full: removed layers may still lie on it, and what can be made again.
public struct DiskRoom: Sendable {
    /// Each gives up more than the one before.
    public var steps: [@Sendable () -> Void]

    public init(steps: [@Sendable () -> Void] = []) { self.steps = steps }

    /// Tries again after each step while the disk is full: there may be room by then even if a step made none, as removed
    /// layers go by themselves too. Errors: those of `body`.
    public func trying(
        isFull: (any Error) -> Bool = DiskRoom.isFull, _ body: () throws -> Void
    ) throws {
        for step in steps {
            do { return try body() } catch {
                guard isFull(error) else { throw error }
                step()
            }
        }
        try body()
    }

    /// ENOSPC, EDQUOT.
    public static func isFull(_ error: any Error) -> Bool {
        [28, 122].contains((error as? SystemError)?.errno)
    }
}
