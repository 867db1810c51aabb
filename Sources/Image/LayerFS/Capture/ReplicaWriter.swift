import LinuxSystem
import TarCodec

/// One thing that a replica gets.
enum ReplicaStep: Sendable {
    case whiteout(RawPath)
    case hardLink(RawPath, first: RawPath)
    case file(TreeNode, TarEntry, content: [UInt8])
    /// All but regular files.
    case other(TreeNode, TarEntry, isOpaque: Bool)
}

/// Makes a replica on a thread of its own, in the order of the walk, while the one that packs reads on: making a small
/// file costs as much as reading one.
///
/// ```
/// packer: add, add, … ──> gathered ──> next ──> thread     each a batch; who is ahead waits
///         now { … }       empty        empty    idle       a large file: the packer's thread makes it by itself
/// ```
/// Used by the packer's thread alone. An error is thrown by whatever call comes after it.
final class ReplicaWriter {
    private struct State: Sendable {
        /// Waits for the thread.
        var next: [ReplicaStep] = []
        /// The thread is at something.
        var isBusy = false
        var hasThread = false
        var isClosed = false
        var failure: (any Error)?
    }

    private static let stepsOfBatch = 32
    private static let bytesOfBatch: Int64 = 256 << 10

    private let replica: LayerReplica
    private let monitor = Monitor(State())
    private var gathered: [ReplicaStep] = []
    private var gatheredBytes: Int64 = 0

    init(_ replica: LayerReplica) { self.replica = replica }

    /// Small, and without holes.
    static func takesWhole(_ stat: FileStat) -> Bool { stat.size <= 64 << 10 && stat.allocated >= stat.size }

    func add(_ step: ReplicaStep) throws {
        gathered.append(step)
        if case .file(_, let entry, _) = step { gatheredBytes += entry.size }
        if gathered.count >= Self.stepsOfBatch || gatheredBytes >= Self.bytesOfBatch { try handOver() }
    }

    /// Has the replica as soon as all before is made.
    func now(_ body: (LayerReplica) throws -> Void) throws {
        try catchUp()
        try body(replica)
    }

    /// Everything is made.
    func finish() throws { try now { try $0.finish() } }

    /// Drops what is not made yet, and waits until the thread has left the replica.
    func close() {
        monitor.change { state in
            state.isClosed = true
            state.next = []
        }
        monitor.wait { state in state.hasThread ? nil : () }
    }

    private func handOver() throws {
        let hasThread = monitor.read { $0.hasThread }
        // Without a thread to be had it is made here.
        guard hasThread || start() else { return try makeGathered() }
        monitor.wait { state in state.next.isEmpty || state.failure != nil ? () : nil }
        let batch = takeGathered()
        try monitor.change { state in
            if let failure = state.failure { throw failure }
            state.next = batch
        }
    }

    private func catchUp() throws {
        monitor.wait { state in state.next.isEmpty && !state.isBusy ? () : nil }
        if let failure = monitor.read({ $0.failure }) { throw failure }
        try makeGathered()
    }

    private func makeGathered() throws {
        for step in takeGathered() { try replica.make(step) }
    }

    private func takeGathered() -> [ReplicaStep] {
        defer {
            gathered.removeAll()
            gatheredBytes = 0
        }
        return gathered
    }

    private func start() -> Bool {
        monitor.change { $0.hasThread = true }
        let (monitor, replica) = (monitor, replica)
        let isStarted = PlatformThread.detach { Self.work(monitor, replica) }
        if !isStarted { monitor.change { $0.hasThread = false } }
        return isStarted
    }

    /// The thread: until it is closed. After a failure it makes nothing more.
    private static func work(_ monitor: Monitor<State>, _ replica: LayerReplica) {
        while true {
            monitor.wait { state in state.isClosed || !state.next.isEmpty ? () : nil }
            let batch = monitor.change { state in
                defer { state.next = [] }
                state.isBusy = !state.isClosed
                if state.isClosed { state.hasThread = false }
                return state.isClosed ? nil : state.failure == nil ? state.next : []
            }
            guard let batch else { return }
            let failure = result(of: batch, replica)
            monitor.change { state in
                state.failure = state.failure ?? failure
                state.isBusy = false
            }
        }
    }

    private static func result(of batch: [ReplicaStep], _ replica: LayerReplica) -> (any Error)? {
        do {
            for step in batch { try replica.make(step) }
            return nil
        } catch {
            return error
        }
    }
}

extension LayerReplica {
    fileprivate func make(_ step: ReplicaStep) throws {
        switch step {
        case .whiteout(let path): try makeWhiteout(path)
        case .hardLink(let path, let first): try makeHardLink(path, to: first)
        case .file(let node, let entry, let content): try makeFile(node, entry, content: content)
        case .other(let node, let entry, let isOpaque): try make(node, entry, isOpaque: isOpaque)
        }
    }
}
