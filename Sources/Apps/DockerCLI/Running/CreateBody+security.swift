internal import APIModel
internal import Flags

extension CreateBody {
    mutating func setSecurity() throws {
        host.capAdd = given("cap-add")
        host.capDrop = given("cap-drop")
        host.privileged = flags.bool("privileged")
        host.readonlyRootfs = flags.bool("read-only")
        host.securityOpt = given("security-opt")
        host.groupAdd = given("group-add")
        host.sysctls = try KeyValue.map(flags.list("sysctl"), of: "sysctl")
        host.ipcMode = flags.text("ipc")
        host.pidMode = flags.text("pid")
        host.utsMode = flags.text("uts")
        host.usernsMode = flags.text("userns")
        host.cgroupnsMode = flags.text("cgroupns")
        guard ["", "none", "host", "private", "shareable"].contains(host.ipcMode) || isContainer(host.ipcMode) else {
            throw CommandFailure("--ipc: invalid IPC mode")
        }
        guard ["", "host"].contains(host.pidMode) || isContainer(host.pidMode) else {
            throw CommandFailure("--pid: invalid PID mode")
        }
        guard ["", "host"].contains(host.utsMode) else { throw CommandFailure("--uts: invalid UTS mode") }
    }

    private func isContainer(_ mode: String) -> Bool { mode.hasPrefix("container:") && mode.count > "container:".count }

    /// A list flag's values; nil when it was not given.
    func given(_ flag: String) -> [String]? {
        let values = flags.list(flag)
        return values.isEmpty ? nil : values
    }
}
