internal import APIModel
public import Primitives
public import SeccompPolicy

extension LaunchSpec {
    /// Which system call filter the container gets, and for which capabilities.
    public func seccompChoice() throws(EngineError) -> (SeccompPolicy.Choice, capabilities: [String]) {
        let names = try CapabilitySet.resolve(
            add: hostConfig.capAdd ?? [], drop: hostConfig.capDrop ?? [], privileged: hostConfig.privileged)
        switch try SecurityOptions(hostConfig.securityOpt ?? []).seccomp {
        case .unconfined: return (.unconfined, names)
        case .standard: return (hostConfig.privileged ? .unconfined : .standard, names)
        case .profile(let json): return (.profile(json), names)
        }
    }
}
