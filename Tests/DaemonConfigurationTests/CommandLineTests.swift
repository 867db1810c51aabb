import Testing

@testable import DaemonConfiguration

@Suite struct CommandLineTests {
    private func parse(_ words: String..., file: String? = nil) throws -> DaemonConfiguration {
        let command = try DaemonCommand.parse(words) { _ in file.map { Array($0.utf8) } }
        guard case .run(let configuration) = command else { throw ConfigurationError("not a run") }
        return configuration
    }

    @Test func defaultsAreDockers() throws {
        let configuration = try parse()
        #expect(configuration.root == "/var/lib/docker")
        #expect(configuration.hosts == ["unix:///var/run/docker.sock"])
        #expect(configuration.pidFile == "/var/run/docker.pid" && configuration.group == "docker")
        #expect(configuration.logDriver == "json-file" && configuration.liveRestore)
    }

    @Test func flagsOfOldAndNewNames() throws {
        let configuration = try parse(
            "-d", "-D", "-g", "/data", "-H", "tcp://127.0.0.1:2375", "-H=unix:///x.sock", "--label", "a=b",
            "--icc=false",
            "--default-ulimit", "nofile=10:20")
        #expect(configuration.isDebug && configuration.root == "/data" && !configuration.allowsInterContainer)
        #expect(configuration.hosts == ["tcp://127.0.0.1:2375", "unix:///x.sock"])
        #expect(configuration.labels == ["a=b"])
        #expect(configuration.defaultUlimits == [.init(name: "nofile", soft: 10, hard: 20)])
    }

    @Test func flagsOfACluster() throws {
        let configuration = try parse(
            "--cluster-store=etcd://h:1/p", "--cluster-advertise", "eth0:2375", "--cluster-store-opt",
            "discovery.ttl=30", "--cluster-store-opt=kv.cacertfile=/ca.pem")
        #expect(configuration.clusterStore == "etcd://h:1/p" && configuration.clusterAdvertise == "eth0:2375")
        #expect(configuration.clusterLeaseSeconds == 30 && configuration.clusterAuthority == "/ca.pem")
        let file = """
            {"cluster-store": "etcd://h:1", "cluster-advertise": "h:2", "cluster-store-opts": {"discovery.ttl": "9"}}
            """
        #expect(try parse(file: file).clusterLeaseSeconds == 9)
    }

    @Test func theFileSaysTheSame() throws {
        let configuration = try parse(
            file: """
                {"data-root": "/data", "debug": true, "hosts": ["unix:///a", "unix:///b"], "log-opts": {"max-size": "1m"},
                 "mtu": 1400, "default-ulimits": {"core": {"Name": "core", "Soft": 0, "Hard": 1}}}
                """)
        #expect(configuration.root == "/data" && configuration.isDebug && configuration.mtu == 1400)
        #expect(configuration.hosts == ["unix:///a", "unix:///b"] && configuration.logOptions == ["max-size": "1m"])
        #expect(configuration.defaultUlimits == [.init(name: "core", soft: 0, hard: 1)])
    }

    @Test(arguments: [
        (["--nonsense"], "flag provided but not defined: --nonsense"),
        (["--label", "x"], "bad attribute format: x"),
        (["-l", "loud"], "Unable to parse logging level: loud"),
        (
            ["-b", "br0", "--bip", "10.0.0.1/8"],
            "You specified -b & --bip, mutually exclusive options. Please specify only one."
        ),
        (
            ["--cluster-store", "etcd://h:1"],
            "invalid cluster configuration. --cluster-store must be accompanied by --cluster-advertise configuration"
        ),
        (
            ["--cluster-advertise", "eth0:1"],
            "invalid cluster configuration. --cluster-advertise must be accompanied by --cluster-store configuration"
        ),
        (
            ["--cluster-store", "etcd://h:1", "--cluster-advertise", "h:2", "-b", "none"],
            "--cluster-store needs networks, which --bridge=none switches off"
        ),
        (
            ["--cluster-store", "etcd://h:1", "--cluster-advertise", "h:2", "--cluster-store-opt", "kv.keyfile=/k"],
            "--cluster-store-opt kv.certfile and kv.keyfile need each other"
        ),
        (["--cluster-store-opt", "kv.path=x"], "--cluster-store-opt=kv.path=x is not supported yet"),
        (["--init"], "--init=true is not supported yet"),
        (["-e", "lxc"], "--exec-driver=lxc is not supported yet"),
    ])
    func whatCannotBeIsRefusedByName(_ words: [String], _ message: String) {
        #expect { try DaemonCommand.parse(words) { _ in nil } } throws: {
            ($0 as? ConfigurationError)?.message == message
        }
    }

    @Test func fileAndFlagMustNotSayTheSame() {
        #expect { try parse("--data-root", "/a", file: "{\"data-root\": \"/b\"}") } throws: {
            ($0 as? ConfigurationError)?.message.contains("both as a flag and in the configuration file: data-root")
                == true
        }
    }

    @Test(arguments: ["{\"nonsense\": 1}", "[]", "{", "{\"mtu\": null}"])
    func badFilesAreRefused(_ text: String) {
        #expect(throws: ConfigurationError.self) { try parse(file: text) }
    }

    @Test func aNamedFileMustBeThere() {
        #expect(throws: ConfigurationError.self) { try parse("--config-file", "/none") }
    }
}
