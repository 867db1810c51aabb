internal import LinuxSystem
internal import Netlink
internal import Primitives

/// Errors of the kernel's edge as the engine's.
extension EngineError {
    static func network(_ error: SystemError, _ doing: String) -> EngineError {
        EngineError(.internal, "\(doing): \(error)", cause: error)
    }

    static func network(_ error: NetlinkError) -> EngineError { EngineError(.internal, "\(error)", cause: error) }

    static func network(_ error: NftablesError) -> EngineError { EngineError(.internal, "\(error)", cause: error) }
}
