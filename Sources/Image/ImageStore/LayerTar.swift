internal import GraphDrivers
internal import LayerFS
internal import LinuxSystem
internal import Primitives
internal import Synchronization

extension ImageStore {
    /// Writes the uncompressed tar of a layer: the bytes that its diff id names. Errors: `internal` when they are not,
    /// after they were written.
    func writeTar(of row: ImageTable.LayerRow, to sink: any ByteSink) throws {
        let hashing = HashingSink(sink)
        do {
            try driver.diff(id: row.driverID, parent: row.parent.flatMap { table.layers[$0]?.driverID }, to: hashing)
        } catch let error as EngineError where error.kind == .internal {
            throw EngineError(.internal, "layer \(row.diffID) has changed on disk: \(error.message)", cause: error)
        }
        let found = hashing.hex
        guard found == row.diffID.hex else {
            throw EngineError(.internal, "layer \(row.diffID) has changed on disk: its files give sha256:\(found)")
        }
    }
}

/// Passes bytes on and hashes them.
private final class HashingSink: ByteSink {
    private let sink: any ByteSink
    private let hash = Mutex(SHA256())

    init(_ sink: any ByteSink) { self.sink = sink }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        hash.withLock { $0.update(bytes) }
        try sink.write(bytes)
    }

    /// Of what was written so far.
    var hex: String { hash.withLock { $0.hex } }
}
