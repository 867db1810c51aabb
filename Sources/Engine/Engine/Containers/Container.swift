internal import APIModel
internal import LinuxSystem
internal import OCIRuntime
internal import Primitives
internal import Synchronization

/// A container that is loaded: its record, and what belongs to its running process.
final class Container: Sendable {
    struct Live {
        var record: ContainerRecord { didSet { inspected = nil } }
        /// What inspect answers until something changes.
        var inspected: ContainerInspect?
        var connection: ShimConnection?
        /// Streams that asked to be attached before the process was started.
        var pendingAttaches: [PendingAttach] = []
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
        var start: Promised<StartOutcome>?
        /// Counts runs, so that a late event of an older run is recognised.
        var run = 0
        var restarts = RestartBackoff()
        var restartTask: Task<Void, Never>?
        /// Set while what the last run used is being given back.
        var teardown: TeardownGate?
        var execs: Set<String> = [] { didSet { inspected = nil } }
        /// Streams that follow the log.
        var logFollowers: [Int: FDBox] = [:]
        var nextFollower = 0
        /// `NAME=value` of a build's secrets; in no record.
        var secretVariables: [String] = []
    }

    struct Waiter {
        var condition: WaitCondition
        var continuation: AsyncStream<ContainerWaited>.Continuation
    }

    let id: ContainerID
    let gate = Gate()
    private let live: Mutex<Live>

    init(_ record: ContainerRecord) {
        id = record.containerID
        live = Mutex(Live(record: record))
    }

    var record: ContainerRecord { live.withLock { $0.record } }
    var state: RunState { live.withLock { $0.record.state } }
    var name: String { live.withLock { $0.record.name } }

    func withLive<Value: Sendable>(_ body: (inout sending Live) -> sending Value) -> Value {
        live.withLock { body(&$0) }
    }
}

/// How a start went.
enum StartOutcome: Sendable {
    case started(pid: Int32)
    case failed(StartFailure)
    case lost
}
