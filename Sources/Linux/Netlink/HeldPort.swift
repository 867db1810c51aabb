internal import CLinux
public import LinuxSystem
public import Primitives

/// Transport protocols with ports; raw values as in IP headers.
public enum TransportProtocol: UInt8, Sendable, Hashable, CaseIterable, Codable {
    case tcp = 6
    case udp = 17
    case sctp = 132
}

/// A port of the host that no other program can take while this lives. Nothing listens on it: the firewall sends the
/// traffic elsewhere before it gets here.
public final class HeldPort: Sendable {
    /// Bound, and nothing more.
    public let socket: FDBox

    private init(_ socket: consuming FD) { self.socket = FDBox(socket) }

    /// Takes the port (`bind(2)`). Errors: EADDRINUSE when a program has it, EADDRNOTAVAIL when the address is not the
    /// host's; EPROTONOSUPPORT where the kernel has no such protocol, and then there is nothing to hold.
    public static func take(
        _ address: IPAddress, port: UInt16, protocol transport: TransportProtocol
    ) throws(SystemError) -> HeldPort {
        let bytes = address.bytes
        let raw = bytes.withUnsafeBytes { buffer in
            buffer.baseAddress.map { cl_bind_port($0, buffer.count, Int32(transport.rawValue), port) } ?? -97
        }
        return HeldPort(FD(owning: try check(raw, "bind", "\(address):\(port)")))
    }

    /// EPROTONOSUPPORT, ESOCKTNOSUPPORT: the kernel was built without the protocol.
    public static func isUnknownProtocol(_ error: SystemError) -> Bool { error.errno == 93 || error.errno == 94 }
}
