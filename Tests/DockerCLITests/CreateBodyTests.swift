import APIModel
import Flags
import Testing

@testable import DockerCLI

@Suite struct CreateBodyTests {
    private func body(_ words: String...) throws -> CreateBody {
        try CreateBody(FlagParser(ContainerFlags.all).parse(words + ["busybox"]))
    }

    @Test func imageAndCommandComeAfterTheFlags() throws {
        let body = try CreateBody(FlagParser(ContainerFlags.all).parse(["-i", "busybox", "sh", "-c", "ls"]))
        #expect(body.config.image == "busybox")
        #expect(body.config.cmd == ["sh", "-c", "ls"])
        #expect(body.config.openStdin && body.config.stdinOnce && body.config.attachStdin)
    }

    @Test func streamsAreNamedInAnyCase() throws {
        let attached = try body("-a", "StdErr")
        #expect(!attached.config.attachStdout && attached.config.attachStderr && !attached.config.attachStdin)
        #expect(throws: CommandFailure.self) { try body("-a", "screen") }
    }

    @Test func hostNamesAreSplitAtTheFirstDot() throws {
        let config = try body("-h", "a.b.c").config
        #expect(config.hostname == "a")
        #expect(config.domainname == "b.c")
        // Docker 28 with --domainname leaves the host name whole.
        let both = try body("-h", "a.b", "--domainname", "c.d").config
        #expect((both.hostname, both.domainname) == ("a.b", "c.d"))
    }

    @Test func resolverOptionsHaveTwoNames() throws {
        #expect(try body("--dns-option", "ndots:2").host.dnsOptions == ["ndots:2"])
        #expect(try body("--dns-opt", "ndots:2").host.dnsOptions == ["ndots:2"])
    }

    @Test func publishedPortsHaveDockersForms() throws {
        #expect(try body("-p", "80").host.portBindings == ["80/tcp": [PortBinding()]])
        #expect(try body("-p", "8080:80/udp").host.portBindings == ["80/udp": [PortBinding(hostPort: "8080")]])
        #expect(try body("-p", "1.2.3.4::80").host.portBindings == ["80/tcp": [PortBinding(hostIP: "1.2.3.4")]])
        #expect(
            try body("-p", "[::1]:8080:80").host.portBindings == [
                "80/tcp": [PortBinding(hostIP: "::1", hostPort: "8080")]
            ])
        #expect(try body("-p", "8000-8001:80-81").host.portBindings?.count == 2)
        #expect(
            try body("-p", "8000-8009:80").host.portBindings == ["80/tcp": [PortBinding(hostPort: "8000-8009")]])
        #expect(try body("-p", "[2001:db8::1]:80:80/sctp").host.portBindings?["80/sctp"] != nil)
        for wrong in ["", ":", "a:b", "80:", "1-3:1-2", "70000", "1:2:3:4", "80/what"] {
            #expect(throws: CommandFailure.self) { try body("-p", wrong) }
        }
    }

    @Test func volumesAreBindsOrAnonymous() throws {
        let body = try body("-v", "/data", "-v", "/h:/c:ro", "-v", "name:/n")
        #expect(body.config.volumes?.keys.sorted() == ["/data"])
        #expect(body.host.binds == ["/h:/c:ro", "name:/n"])
        #expect(throws: CommandFailure.self) { try self.body("-v", "a:b:c:d") }
    }

    @Test func mountsAreFieldsByName() throws {
        let mount = try #require(try body("--mount", "type=bind,src=/a,dst=/b,readonly").host.mounts.first)
        #expect(mount.type == "bind" && mount.source == "/a" && mount.target == "/b" && mount.readOnly)
        #expect(throws: CommandFailure.self) { try body("--mount", "type=bind,src=/a") }
        #expect(throws: CommandFailure.self) { try body("--mount", "type=tmpfs,target=/a,what=1") }
    }

    @Test func sizesAreBinary() throws {
        let host = try body("-m", "64m", "--memory-swap", "-1", "--shm-size", "1g", "--cpus", "1.5").host
        #expect(host.memory == 64 << 20)
        #expect(host.memorySwap == -1)
        #expect(host.shmSize == 1 << 30)
        #expect(host.nanoCPUs == 1_500_000_000)
        #expect(throws: CommandFailure.self) { try body("-m", "lots") }
    }

    @Test func restartPoliciesCountOnlyFailures() throws {
        #expect(try body("--restart", "on-failure:3").host.restartPolicy.maximumRetryCount == 3)
        #expect(throws: CommandFailure.self) { try body("--restart", "always:3") }
    }

    @Test func networksOfOthersExcludeOptions() {
        #expect(throws: CommandFailure.self) { try body("--net", "container:x", "-h", "name") }
        #expect(throws: CommandFailure.self) { try body("--net=host", "--link", "a:b") }
        #expect(throws: CommandFailure.self) { try body("--net", "container:x", "--dns", "1.1.1.1") }
    }

    @Test func healthDurationsAreGos() throws {
        let check = try body("--health-cmd", "true", "--health-interval", "1m30s").config.healthcheck
        #expect(check.test == ["CMD-SHELL", "true"])
        #expect(check.interval == 90_000_000_000)
        #expect(throws: CommandFailure.self) { try body("--health-interval", "soon") }
    }

    @Test func badValuesEndWith125() {
        #expect { try body("--blkio-weight", "5") } throws: { ($0 as? CommandFailure)?.exitCode == 125 }
    }
}
