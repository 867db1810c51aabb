internal import APIModel

/// The PORTS column: runs of ports are joined, published ones with another number come last.
enum PortColumn {
    static func text(_ ports: [PortSummary]) -> String {
        let sorted = ports.sorted {
            ($0.privatePort, $0.type, $0.ip ?? "", $0.publicPort ?? 0) < (
                $1.privatePort, $1.type, $1.ip ?? "", $1.publicPort ?? 0
            )
        }
        var runs: [Run] = []
        var remapped: [String] = []
        for port in sorted {
            if let published = port.publicPort, published != port.privatePort {
                remapped.append("\(shown(port.ip)):\(published)->\(port.privatePort)/\(port.type)")
            } else if let position = runs.firstIndex(where: { $0.takes(port) }) {
                runs[position].last = port.privatePort
            } else {
                runs.append(
                    Run(
                        ip: port.publicPort == nil ? nil : port.ip ?? "", type: port.type, first: port.privatePort,
                        last: port.privatePort))
            }
        }
        return (runs.map(\.text) + remapped).joined(separator: ", ")
    }

    private static func shown(_ ip: String?) -> String {
        guard let ip, !ip.isEmpty else { return "0.0.0.0" }
        return ip.contains(":") ? "[\(ip)]" : ip
    }

    private struct Run {
        /// Nil: not published.
        var ip: String?
        var type: String
        var first: UInt16
        var last: UInt16

        func takes(_ port: PortSummary) -> Bool {
            let ip = port.publicPort == nil ? nil : port.ip ?? ""
            return ip == self.ip && port.type == type
                && (port.privatePort == last || Int(port.privatePort) == Int(last) + 1)
        }

        var text: String {
            let range = first == last ? "\(first)" : "\(first)-\(last)"
            guard let ip else { return "\(range)/\(type)" }
            return "\(shown(ip)):\(range)->\(range)/\(type)"
        }
    }
}
