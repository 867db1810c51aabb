import Primitives
import Testing

@testable import Dockerfile

@Suite struct MountTests {
    private func mount(_ text: String) throws -> RunMount {
        try RunMountFlag(text).resolved { word throws(DockerfileError) in word }
    }

    @Test func options() throws {
        let bind = try mount("target=/t,source=/s,from=x,rw")
        #expect(
            bind.kind == .bind && bind.target == "/t" && bind.source == "/s" && bind.from == "x" && !bind.isReadOnly)
        #expect(try mount("target=/t").isReadOnly)
        #expect(try !mount("type=tmpfs,target=/t").isReadOnly)
        let cache = try mount("type=cache,dst=/c,id=a,sharing=locked,mode=0755,uid=1,gid=2,ro")
        #expect(cache.sharing == .locked && cache.id == "a" && cache.mode == 0o755 && cache.uid == 1 && cache.gid == 2)
        #expect(cache.isReadOnly)
        #expect(try mount("type=tmpfs,target=/t,size=64m").size == ByteCount(64 << 20))
        let secret = try mount("type=secret,id=k,env=KEY,required")
        #expect(secret.isRequired && secret.variable == "KEY")
        #expect(try mount("type=ssh,required=true").isRequired)
        #expect(try mount("\"source=/a,b\",target=/t").source == "/a,b")
    }

    @Test(arguments: [
        ("type=fuse,target=/x", "unsupported mount type \"fuse\""),
        ("type=cach,target=/x", "unsupported mount type \"cach\" (did you mean cache?)"),
        ("targt=/x", "unexpected key 'targt' in 'targt=/x' (did you mean target?)"),
        ("target", "invalid field 'target' must be a key=value pair"),
        ("target=/x,required=true", "unexpected key 'required' for mount type 'bind'"),
        ("target=/x,size=1m", "unexpected key 'size' for mount type 'bind'"),
        ("target=/x,uid=1", "uid not allowed for \"bind\" type mounts"),
        ("target=/x,ro=2", "invalid value for ro: 2"), ("type=cache,target=/x,mode=9", "invalid value 9 for mode"),
        ("type=cache,target=/x,sharing=none", "unsupported sharing value \"none\""),
        ("type=tmpfs,target=/x,sharing=shared", "invalid cache sharing set for tmpfs mount"),
        ("type=secret", "invalid secret mount. one of source, target required"),
        ("type=secret,id=a,source=b", "both source and id can't be set"),
        ("type=secret,id=a,from=b", "secret mount should not have a from"),
        ("type=tmpfs,target=/x,size=big", "invalid value for size: big"),
    ])
    func whatIsWrong(_ text: String, _ message: String) {
        let failure = #expect(throws: DockerfileError.self) { try mount(text) }
        #expect(failure?.message == message)
    }

    @Test func portsOfExpose() throws {
        let port = try ExposedPort(parsing: "8000-8002/UDP")
        #expect(port.keys == ["8000/udp", "8001/udp", "8002/udp"] && port.hasOddCase && !port.hasHostPart)
        #expect(try ExposedPort(parsing: "127.0.0.1:80:8080").hasHostPart)
        #expect(try ExposedPort(parsing: "[::1]:80:8080/tcp").keys == ["8080/tcp"])
    }

    @Test(arguments: [
        ("0", "invalid containerPort: 0"), ("65536", "invalid containerPort: 65536"),
        ("9-8", "invalid containerPort: 9-8"),
        ("80/icmp", "invalid port: \"80/icmp\": invalid proto: icmp"),
        ("/tcp", "invalid port: \"/tcp\": no port specified"),
        ("x:1:80", "invalid IP address: x"), ("a:80", "invalid hostPort: a"),
        ("1-3:80-81", "invalid ranges specified for container and host Ports: 80-81 and 1-3"),
    ])
    func portsThatAreNone(_ text: String, _ message: String) {
        let failure = #expect(throws: DockerfileError.self) { try ExposedPort(parsing: text) }
        #expect(failure?.message == message)
    }
}
