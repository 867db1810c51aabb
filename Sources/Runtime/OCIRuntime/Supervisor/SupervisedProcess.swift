internal import LinuxSystem

/// A child of the shim: the container's init or an exec.
final class SupervisedProcess {
    enum Phase {
        /// The program does not run yet.
        case preparing
        case running
        case failed(StartFailure)
    }

    /// Nil for the init.
    let id: String?
    let pid: Int32
    let pidfd: FDBox
    let channel: LaunchChannel
    let streams: ProcessStreams
    let wantsInput: Bool
    var phase = Phase.preparing

    init(
        id: String?, pid: Int32, pidfd: FDBox, channel: LaunchChannel, streams: ProcessStreams, wantsInput: Bool
    ) {
        self.id = id
        self.pid = pid
        self.pidfd = pidfd
        self.channel = channel
        self.streams = streams
        self.wantsInput = wantsInput
    }

    /// Takes what the child has said since the last time; true when it has executed its program or failed by now.
    func readChannel() -> Bool {
        while true {
            switch channel.receive() {
            case nil: return false
            case .terminal(let master): streams.use(terminal: master, wantsInput: wantsInput)
            case .failure(let failure):
                phase = .failed(failure)
                return true
            case .closed:
                if case .preparing = phase { phase = .running }
                return true
            }
        }
    }
}
