internal import Flags

/// The flags that `run` and `create` share: 1.6's, 1.7's and today's.
enum ContainerFlags {
    static let all: [Flag] = (classic + resources + today + old).map { flag in
        oneDash.contains(flag.name)
            ? flag.deprecating("-" + flag.name, replacement: "--" + flag.name) : flag
    }

    /// Long names that 1.6 still took with one dash.
    static let oneDash: Set<String> = [
        "cidfile", "dns", "entrypoint", "expose", "link", "lxc-conf", "name", "privileged", "volumes-from",
    ]

    private static let old: [Flag] = [
        Flag("net-alias", kind: .list, help: "Add network-scoped alias for the container", isHidden: true),
        Flag("lxc-conf", kind: .list, help: "Add custom lxc options", isHidden: true),
        Flag("publish-service", kind: .text, help: "Publish this container as a service", isHidden: true),
        Flag("networking", default: "true", help: "Enable networking for this container", isHidden: true)
            .deprecating("-n").deprecating("--networking"),
    ]

    private static let classic: [Flag] = [
        Flag("a", "attach", kind: .list, help: "Attach to STDIN, STDOUT or STDERR."),
        Flag("add-host", kind: .list, help: "Add a custom host-to-IP mapping (host:ip)"),
        Flag("cap-add", kind: .list, help: "Add Linux capabilities"),
        Flag("cap-drop", kind: .list, help: "Drop Linux capabilities"),
        Flag("cidfile", kind: .text, help: "Write the container ID to the file"),
        Flag("device", kind: .list, help: "Add a host device to the container"),
        Flag("dns", kind: .list, help: "Set custom DNS servers"),
        Flag("dns-search", kind: .list, help: "Set custom DNS search domains"),
        Flag("e", "env", kind: .list, help: "Set environment variables"),
        Flag("env-file", kind: .list, help: "Read in a file of environment variables"),
        Flag("entrypoint", kind: .text, help: "Overwrite the default ENTRYPOINT of the image"),
        Flag("expose", kind: .list, help: "Expose a port or a range of ports"),
        Flag("h", "hostname", kind: .text, help: "Container host name"),
        Flag("i", "interactive", help: "Keep STDIN open even if not attached"),
        Flag("ipc", kind: .text, help: "IPC namespace to use"),
        Flag("l", "label", kind: .list, help: "Set meta data on a container"),
        Flag("label-file", kind: .list, help: "Read in a line delimited file of labels"),
        Flag("link", kind: .list, help: "Add link to another container"),
        Flag("log-driver", kind: .text, help: "Logging driver for container"),
        Flag("log-opt", kind: .list, help: "Log driver options"),
        Flag("mac-address", kind: .text, help: "Container MAC address (e.g. 92:d0:c6:0a:29:33)"),
        Flag("name", kind: .text, help: "Assign a name to the container"),
        Flag("net", "network", kind: .list, help: "Set the Network mode for the container"),
        Flag("P", "publish-all", help: "Publish all exposed ports to random ports"),
        Flag("p", "publish", kind: .list, help: "Publish a container's port(s) to the host"),
        Flag("pid", kind: .text, help: "PID namespace to use"),
        Flag("privileged", help: "Give extended privileges to this container"),
        Flag("read-only", help: "Mount the container's root filesystem as read only"),
        Flag("restart", kind: .text, default: "no", help: "Restart policy to apply when a container exits"),
        Flag("security-opt", kind: .list, help: "Security Options"),
        Flag("t", "tty", help: "Allocate a pseudo-TTY"),
        Flag("u", "user", kind: .text, help: "Username or UID (format: <name|uid>[:<group|gid>])"),
        Flag("ulimit", kind: .list, help: "Ulimit options"),
        Flag("uts", kind: .text, help: "UTS namespace to use"),
        Flag("v", "volume", kind: .list, help: "Bind mount a volume"),
        Flag("volumes-from", kind: .list, help: "Mount volumes from the specified container(s)"),
        Flag("volume-driver", kind: .text, help: "Optional volume driver for the container"),
        Flag("w", "workdir", kind: .text, help: "Working directory inside the container"),
    ]

    private static let resources: [Flag] = [
        Flag("blkio-weight", kind: .integer, default: "0", help: "Block IO (relative weight), between 10 and 1000"),
        Flag("c", "cpu-shares", kind: .integer, default: "0", help: "CPU shares (relative weight)"),
        Flag("cgroup-parent", kind: .text, help: "Optional parent cgroup for the container"),
        Flag("cpu-period", kind: .integer, default: "0", help: "Limit CPU CFS (Completely Fair Scheduler) period"),
        Flag("cpu-quota", kind: .integer, default: "0", help: "Limit the CPU CFS quota"),
        Flag("cpus", kind: .text, help: "Number of CPUs"),
        Flag("cpuset-cpus", kind: .text, help: "CPUs in which to allow execution (0-3, 0,1)")
            .deprecating("--cpuset", replacement: "--cpuset-cpus"),
        Flag("cpuset-mems", kind: .text, help: "MEMs in which to allow execution (0-3, 0,1)"),
        Flag("m", "memory", kind: .text, help: "Memory limit"),
        Flag("memory-reservation", kind: .text, help: "Memory soft limit"),
        Flag("memory-swap", kind: .text, help: "Total memory (memory + swap), '-1' to disable swap"),
        Flag("memory-swappiness", kind: .integer, default: "-1", help: "Tune container memory swappiness (0 to 100)"),
        Flag("oom-kill-disable", help: "Disable OOM Killer"),
        Flag("oom-score-adj", kind: .integer, default: "0", help: "Tune host's OOM preferences (-1000 to 1000)"),
        Flag("pids-limit", kind: .integer, default: "0", help: "Tune container pids limit (set -1 for unlimited)"),
        Flag("shm-size", kind: .text, help: "Size of /dev/shm"),
    ]

    private static let today: [Flag] = [
        Flag("annotation", kind: .list, help: "Add an annotation to the container"),
        Flag("cgroupns", kind: .text, help: "Cgroup namespace to use (host|private)"),
        Flag("device-cgroup-rule", kind: .list, help: "Add a rule to the cgroup allowed devices list"),
        Flag("dns-option", kind: .list, help: "Set DNS options"),
        Flag("dns-opt", kind: .list, help: "Set DNS options", isHidden: true),
        Flag("domainname", kind: .text, help: "Container NIS domain name"),
        Flag("gpus", kind: .text, help: "GPU devices to add to the container ('all' to pass all GPUs)"),
        Flag("group-add", kind: .list, help: "Add additional groups to join"),
        Flag("health-cmd", kind: .text, help: "Command to run to check health"),
        Flag("health-interval", kind: .text, help: "Time between running the check (ms|s|m|h)"),
        Flag("health-retries", kind: .integer, default: "0", help: "Consecutive failures needed to report unhealthy"),
        Flag("health-start-interval", kind: .text, help: "Time between running the check during the start period"),
        Flag("health-start-period", kind: .text, help: "Start period for the container to initialize"),
        Flag("health-timeout", kind: .text, help: "Maximum time to allow one check to run"),
        Flag("init", help: "Run an init inside the container that forwards signals and reaps processes"),
        Flag("ip", kind: .text, help: "IPv4 address (e.g., 172.30.100.104)"),
        Flag("ip6", kind: .text, help: "IPv6 address (e.g., 2001:db8::33)"),
        Flag("isolation", kind: .text, help: "Container isolation technology"),
        Flag("link-local-ip", kind: .list, help: "Container IPv4/IPv6 link-local addresses"),
        Flag("mount", kind: .list, help: "Attach a filesystem mount to the container"),
        Flag("network-alias", kind: .list, help: "Add network-scoped alias for the container"),
        Flag("no-healthcheck", help: "Disable any container-specified HEALTHCHECK"),
        Flag("platform", kind: .text, help: "Set platform if server is multi-platform capable"),
        Flag("pull", kind: .text, default: "missing", help: "Pull image before running (always, missing, never)"),
        Flag("q", "quiet", help: "Suppress the pull output"),
        Flag("runtime", kind: .text, help: "Runtime to use for this container"),
        Flag("stop-signal", kind: .text, help: "Signal to stop the container"),
        Flag("stop-timeout", kind: .integer, help: "Timeout (in seconds) to stop a container"),
        Flag("storage-opt", kind: .list, help: "Storage driver options for the container"),
        Flag("sysctl", kind: .list, help: "Sysctl options"),
        Flag("tmpfs", kind: .list, help: "Mount a tmpfs directory"),
        Flag("userns", kind: .text, help: "User namespace to use"),
    ]
}
