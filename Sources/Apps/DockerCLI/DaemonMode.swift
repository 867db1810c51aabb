internal import HostSystem

/// `docker -d …`, `docker daemon …`: the engine is a program of its own, next to this one.
enum DaemonMode {
    /// Flags of the daemon that take the next word, without dashes.
    static let takingValues: Set<String> = [
        "H", "host", "l", "log-level", "g", "graph", "data-root", "exec-root", "p", "pidfile", "G", "group", "s",
        "storage-driver", "storage-opt", "label", "log-driver", "log-opt", "default-ulimit", "cgroup-parent",
        "build-pids-limit", "shutdown-timeout", "api-cors-header", "b", "bridge", "bridge-name", "bip", "fixed-cidr",
        "fixed-cidr-v6",
        "mtu",
        "ip", "dns", "dns-search", "dns-opt", "tlscacert", "tlscert", "tlskey", "e", "exec-driver", "exec-opt",
        "default-gateway", "default-gateway-v6", "insecure-registry", "registry-mirror", "userns-remap",
        "default-runtime", "add-runtime", "metrics-addr", "default-shm-size", "seccomp-profile", "cluster-store",
        "cluster-store-opt",
        "cluster-advertise", "authorization-plugin", "containerd", "firewall-backend", "config-file",
    ]

    /// The daemon's own words when the command line starts one. They go on unread: they are not the client's flags.
    /// Errors: words that are no flags, as 1.6's daemon takes none.
    static func arguments(_ words: [String]) throws -> [String]? {
        var flags: [String] = []
        var isDaemon = false
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "daemon" && !isDaemon {
                isDaemon = true
                continue
            }
            guard word.hasPrefix("-"), word.count > 1 else {
                guard isDaemon else { return nil }
                throw CommandFailure("docker: the daemon takes no arguments: \(word). See 'docker --help'.")
            }
            for flag in Self.letters(of: word) {
                let name = flag.drop { $0 == "-" }.prefix { $0 != "=" }
                if name == "d" || name == "daemon" {
                    isDaemon = !["=false", "=0", "=f", "=F", "=FALSE", "=False"].contains(flag.drop { $0 != "=" })
                    continue
                }
                flags.append(flag)
                if takingValues.contains(String(name)), !flag.contains("="), let value = rest.popFirst() {
                    flags.append(value)
                }
            }
        }
        return isDaemon ? flags : nil
    }

    /// `-dD` is `-d -D`; everything else is itself.
    private static func letters(of word: String) -> [String] {
        let body = word.dropFirst()
        guard !word.hasPrefix("--"), body.contains("d"), body.allSatisfy({ "dDHlgpsbeGhvr".contains($0) }) else {
            return [word]
        }
        return body.map { "-\($0)" }
    }

    /// Comes back only with an error.
    static func become(_ arguments: [String]) throws -> Int32 {
        let path = (CurrentProcess.programFolder ?? "/usr/bin") + "/martletd"
        CurrentProcess.become(path, arguments)
        throw CommandFailure("docker: can't start the engine: \(path) is missing or can't be run")
    }
}
