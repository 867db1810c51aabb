internal import DaemonConfiguration
internal import HTTPServer
internal import LinuxSystem
internal import Logging
internal import NIOSSL
internal import Primitives

/// One `-H`: `unix://path`, `tcp://host:port`, `fd://`.
struct HostBinding {
    enum Kind: Equatable {
        case unix(String)
        case tcp(host: String, port: Int)
        /// Descriptors that systemd handed in; nil is all.
        case inherited(Int32?)
    }

    let kind: Kind
    /// Of a unix socket; nil leaves it the daemon's.
    private var group: UInt32?

    var isUnix: Bool { if case .unix = kind { true } else { false } }

    /// Errors: `badParameter` for an address that can't be, and for a group that isn't there.
    init(_ text: String, configuration: DaemonConfiguration) throws(EngineError) {
        try self.init(text)
        if case .unix = kind { group = try Self.group(configuration) }
    }

    init(_ text: String) throws(EngineError) {
        let invalid = EngineError(.badParameter, "Invalid bind address format: \(text)")
        if text.hasPrefix("unix://") {
            let path = String(text.dropFirst("unix://".count))
            kind = .unix(path.isEmpty ? "/var/run/docker.sock" : path)
        } else if text.hasPrefix("fd://") {
            let name = text.dropFirst("fd://".count)
            guard name.isEmpty || name == "*" || Int32(name) != nil else { throw invalid }
            kind = .inherited(Int32(name))
        } else {
            let address = text.hasPrefix("tcp://") ? text.dropFirst("tcp://".count) : Substring(text)
            guard !address.contains("/"), let colon = address.lastIndex(of: ":"),
                let port = UInt16(address[address.index(after: colon)...])
            else { throw invalid }
            let host = address[..<colon].filter { $0 != "[" && $0 != "]" }
            kind = .tcp(host: host.isEmpty ? "127.0.0.1" : String(host), port: Int(port))
        }
    }

    func bind(
        _ listener: HTTPListener, configuration: DaemonConfiguration, logger: Logger
    ) async throws -> [BoundListener] {
        switch kind {
        case .unix(let path):
            try HostDirectory.makeAll(HostDirectory.parent(of: path), mode: 0o755)
            try HostFile.remove(path)
            let bound = try await listener.bind(.unix(path: path))
            try DaemonProcess.protect(path, group: group, mode: 0o660)
            return [bound]
        case .tcp(let host, let port):
            let tls = try TLSSettings.context(configuration)
            if !configuration.verifiesClients {
                logger.warning(
                    "/!\\ DON'T BIND ON ANY IP ADDRESS WITHOUT setting -tlsverify IF YOU DON'T KNOW WHAT YOU'RE DOING /!\\"
                )
            }
            return [try await listener.bind(.tcp(host: host, port: port), tls: tls)]
        case .inherited(let number):
            var bound: [BoundListener] = []
            for descriptor in try InheritedSockets.descriptors(number) {
                bound.append(try await listener.bind(.inherited(descriptor: descriptor)))
            }
            return bound
        }
    }

    /// Only the default group may be missing.
    private static func group(_ configuration: DaemonConfiguration) throws(EngineError) -> UInt32? {
        guard !configuration.group.isEmpty else { return nil }
        if let id = DaemonProcess.groupID(configuration.group) { return id }
        guard configuration.group == "docker" else {
            throw EngineError(.badParameter, "Group \(configuration.group) not found")
        }
        return nil
    }
}
