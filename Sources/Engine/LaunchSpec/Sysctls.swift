internal import APIModel
internal import Primitives

/// Kernel settings of a container's own namespaces.
extension LaunchSpec {
    private static let ipcNames: Set<String> = [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax",
        "kernel.shmmni", "kernel.shm_rmid_forced",
    ]

    /// Those that would change the host are refused.
    static func checkSysctls(_ hostConfig: HostConfig) throws(EngineError) {
        for name in hostConfig.sysctls.keys.sorted() {
            let isNetwork = name.hasPrefix("net.") && hostConfig.networkMode != "host"
            // Another container's IPC namespace may be the host's.
            let hasOwnIPC = hostConfig.ipcMode != "host" && !hostConfig.ipcMode.hasPrefix("container:")
            let isIPC = (ipcNames.contains(name) || name.hasPrefix("fs.mqueue.")) && hasOwnIPC
            guard isNetwork || isIPC, !name.contains("/"), !name.contains("..") else {
                throw EngineError(.badParameter, "sysctl '\(name)' is not allowed")
            }
        }
    }

    /// A network namespace of its own comes with ping and low ports for everyone (Docker 20.10), unless the user says
    /// otherwise.
    var sysctls: [String: String] {
        guard !hostConfig.sharesNetwork else { return hostConfig.sysctls }
        let defaults = ["net.ipv4.ping_group_range": "0 2147483647", "net.ipv4.ip_unprivileged_port_start": "0"]
        return defaults.merging(hostConfig.sysctls) { _, chosen in chosen }
    }
}
