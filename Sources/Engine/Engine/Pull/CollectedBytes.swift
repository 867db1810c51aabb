internal import Synchronization

/// A small blob that comes in pieces.
final class CollectedBytes: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func add(_ piece: [UInt8]) { bytes.withLock { $0 += piece } }

    var all: [UInt8] { bytes.withLock { $0 } }
}
