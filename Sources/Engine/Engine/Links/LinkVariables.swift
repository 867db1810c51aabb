/// The environment that a link gives to the container that has it (Docker's `links` package): where the other is, at
/// which ports, and its own environment.
enum LinkVariables {
    /// `name`: `/parent/alias`. `environment`: the target's own.
    static func variables(
        alias: String, name: String, address: String, ports: [PortKey], environment: [String]
    ) -> [String] {
        let prefix = alias.uppercased().replacing("-", with: "_")
        let sorted = ports.sorted { ($0.port, order($0)) < ($1.port, order($1)) }
        var result: [String] = []
        if let first = sorted.first { result.append("\(prefix)_PORT=\(url(first, address))") }
        for run in runs(sorted) where run.count >= 3 {
            let (first, last) = (run[0], run[run.count - 1])
            let base = "\(prefix)_PORT_\(first.port)_\(first.name.uppercased())"
            result += [
                "\(base)_START=\(url(first, address))", "\(base)_ADDR=\(address)", "\(base)_PROTO=\(first.name)",
                "\(base)_PORT_START=\(first.port)", "\(base)_END=\(url(last, address))",
                "\(base)_PORT_END=\(last.port)",
            ]
        }
        for port in sorted {
            let base = "\(prefix)_PORT_\(port.port)_\(port.name.uppercased())"
            result += [
                "\(base)=\(url(port, address))", "\(base)_ADDR=\(address)", "\(base)_PORT=\(port.port)",
                "\(base)_PROTO=\(port.name)",
            ]
        }
        result.append("\(prefix)_NAME=\(name)")
        return result + inherited(environment).map { "\(prefix)_ENV_\($0)" }
    }

    private static func order(_ port: PortKey) -> Int { port.name == "tcp" ? 0 : 1 }

    private static func url(_ port: PortKey, _ address: String) -> String { "\(port.name)://\(address):\(port.port)" }

    /// Ports of one transport that follow each other.
    private static func runs(_ ports: [PortKey]) -> [[PortKey]] {
        var runs: [[PortKey]] = []
        for name in ["tcp", "udp", "sctp"] {
            for port in ports where port.name == name {
                if let last = runs.last?.last, last.name == name, last.port < .max, last.port + 1 == port.port {
                    runs[runs.count - 1].append(port)
                } else {
                    runs.append([port])
                }
            }
        }
        return runs
    }

    /// Not HOME and PATH, and nothing whose value has a `=`.
    private static func inherited(_ environment: [String]) -> [String] {
        environment.filter { variable in
            let parts = variable.split(separator: "=", omittingEmptySubsequences: false)
            return parts.count == 2 && parts[0] != "HOME" && parts[0] != "PATH"
        }
    }
}
