internal import Synchronization

/// The JSON of a value that does not change any more, kept beside it so that it is made once however often it is asked for.
public final class RenderedJSON: Sendable {
    private let bytes = Mutex<[UInt8]?>(nil)

    public init() {}

    /// What `make` gave the first time.
    public func bytes<Failure: Error>(_ make: () throws(Failure) -> [UInt8]) throws(Failure) -> [UInt8] {
        if let known = bytes.withLock({ $0 }) { return known }
        let made = try make()
        bytes.withLock { $0 = made }
        return made
    }
}
