internal import GraphDrivers
internal import LayerFS
internal import LinuxSystem
internal import Primitives
internal import Synchronization

extension ImageStore {
    /// Writes the uncompressed tar of a layer: the bytes that its diff id names. Errors: `internal` when they are not,
    /// after they were written. Files are read and hashed on a thread of their own, ahead of the sink.
    func writeTar(of row: ImageTable.LayerRow, to sink: any ByteSink) throws {
        try WriteAhead.run({ [self] in try makeTar(of: row, to: $0) }, into: sink)
    }

    private func makeTar(of row: ImageTable.LayerRow, to sink: any ByteSink) throws {
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

/// Passes bytes on, counts and hashes them.
final class HashingSink: HashingByteSink {
    private let sink: any ByteSink
    private let state = Mutex((hash: SHA256(), count: Int64(0)))

    init(_ sink: any ByteSink) { self.sink = sink }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        state.withLock { state in
            state.hash.update(bytes)
            state.count += Int64(bytes.count)
        }
        try sink.write(bytes)
    }

    /// Of what was written so far.
    var hex: String { state.withLock { $0.hash.hex } }
    var sha256: [UInt8] { state.withLock { $0.hash.finalized() } }
    var count: Int64 { state.withLock { $0.count } }
}
