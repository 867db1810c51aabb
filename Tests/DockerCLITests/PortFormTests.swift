import APIModel
import Flags
import Testing

@testable import DockerCLI

/// Bindings are those that docker 28.2.2 sends, messages 1.6's and 1.7's.
@Suite struct PortFormTests {
    /// `80/tcp=1.2.3.4|8080` for each binding, in the order of the word.
    private func published(_ word: String) throws -> [String] {
        try PortForm.published(word).map { "\($0.port)=\($0.binding.hostIP)|\($0.binding.hostPort)" }
    }

    @Test(arguments: [
        ("80", ["80/tcp=|"]), ("80/udp", ["80/udp=|"]), ("80/", ["80/tcp=|"]), (":80", ["80/tcp=|"]),
        ("8080:80", ["80/tcp=|8080"]), ("8080:80/UDP", ["80/udp=|8080"]), ("8080:80/sctp", ["80/sctp=|8080"]),
        ("080:80", ["80/tcp=|80"]), ("0:80", ["80/tcp=|0"]),
        ("1.2.3.4:8080:80", ["80/tcp=1.2.3.4|8080"]), ("1.2.3.4::80", ["80/tcp=1.2.3.4|"]),
        ("[1.2.3.4]:80:80", ["80/tcp=1.2.3.4|80"]),
    ])
    func onePort(_ word: String, _ bindings: [String]) throws { #expect(try published(word) == bindings) }

    @Test(arguments: [
        ("[2001:db8::1]:80:80", ["80/tcp=2001:db8::1|80"]), ("[::1]::80/udp", ["80/udp=::1|"]),
        ("::1:8080:80", ["80/tcp=::1|8080"]), ("::1::80", ["80/tcp=::1|"]), ("[::]:8080:80", ["80/tcp=::|8080"]),
        ("2001:db8::1:8080:80", ["80/tcp=2001:db8::1|8080"]), ("[::1]:8000-8010:80", ["80/tcp=::1|8000-8010"]),
    ])
    func addressesOfIPv6(_ word: String, _ bindings: [String]) throws { #expect(try published(word) == bindings) }

    @Test(arguments: [
        ("80-82", ["80/tcp=|", "81/tcp=|", "82/tcp=|"]), ("80-80", ["80/tcp=|"]),
        ("8000-8002:80-82", ["80/tcp=|8000", "81/tcp=|8001", "82/tcp=|8002"]),
        ("1.2.3.4:8000-8001:80-81/udp", ["80/udp=1.2.3.4|8000", "81/udp=1.2.3.4|8001"]),
        ("1.2.3.4::80-81", ["80/tcp=1.2.3.4|", "81/tcp=1.2.3.4|"]),
        // One port of the container's, any one of the host's.
        ("8000-8010:80", ["80/tcp=|8000-8010"]), ("8000-8005:80-80", ["80/tcp=|8000-8005"]),
        ("8080-8080:80", ["80/tcp=|8080"]), ("65534-65535:1-2", ["1/tcp=|65534", "2/tcp=|65535"]),
    ])
    func ranges(_ word: String, _ bindings: [String]) throws { #expect(try published(word) == bindings) }

    @Test(arguments: [
        ("target=80,published=8080,protocol=udp", ["80/udp=|8080"]), ("target=80", ["80/tcp=|"]),
        ("published=8000-8001,target=80-81", ["80/tcp=|8000", "81/tcp=|8001"]),
    ])
    func fieldsByName(_ word: String, _ bindings: [String]) throws { #expect(try published(word) == bindings) }

    @Test(arguments: [
        ("", "No port specified: <empty>"), (":", "No port specified: :<empty>"),
        ("::", "No port specified: ::<empty>"),
        ("80:", "No port specified: 80:<empty>"), ("/tcp", "No port specified: /tcp<empty>"),
        ("8080:80/what", "Invalid proto: what"), ("80/tcp/udp", "Invalid proto: tcp/udp"),
        ("[zz]:8080:80", "Invalid ip address: zz"), ("localhost:80:80", "Invalid ip address: localhost"),
        ("1.2.3.999:80:80", "Invalid ip address: 1.2.3.999"), ("[::1%lo]:80:80", "Invalid ip address: ::1%lo"),
        ("1:2:3:4", "Invalid ip address: 1:2"), ("[::1]:80", "Invalid ip address: [:"),
        ("a:b", "Invalid containerPort: b"), ("70000", "Invalid containerPort: 70000"),
        ("3-1", "Invalid containerPort: 3-1"), ("1-2-3", "Invalid containerPort: 1-2-3"),
        ("80:0", "Invalid containerPort: 0"), ("80-", "Invalid containerPort: 80-"),
        ("70000:80", "Invalid hostPort: 70000"), ("3-1:1-3", "Invalid hostPort: 3-1"),
        ("+80:80", "Invalid hostPort: +80"),
        ("-1:80", "Invalid hostPort: -1"), ("1.2.3.4:80", "Invalid hostPort: 1.2.3.4"),
        ("8000-8001:80-82", "Invalid ranges specified for container and host Ports: 80-82 and 8000-8001"),
        ("target=80,xx", "invalid publish opts format (should be name=value but got 'xx')"),
        ("published=8080", "No port specified: 8080:/tcp<empty>"),
        ("target=80,mode=host", "invalid publish opts format (mode says nothing of a container's port)"),
    ])
    func wordsThatAreNoPorts(_ word: String, _ message: String) {
        #expect { try PortForm.published(word) } throws: { ($0 as? CommandFailure)?.message == message }
    }

    @Test(arguments: [
        ("80", ["80/tcp"]), ("80/udp", ["80/udp"]), ("80/", ["80/tcp"]),
        ("80-82/sctp", ["80/sctp", "81/sctp", "82/sctp"]),
    ])
    func exposedPorts(_ word: String, _ ports: [String]) throws { #expect(try PortForm.exposed(word) == ports) }

    @Test(arguments: [
        ("80:81", "Invalid port format for --expose: 80:81"), ("80/x", "Invalid proto: x"),
        ("abc", "Invalid range format for --expose: abc, error: strconv.ParseUint: parsing \"abc\": invalid syntax"),
        ("", "Invalid range format for --expose: , error: Empty string specified for ports."),
        ("/udp", "Invalid range format for --expose: /udp, error: Empty string specified for ports."),
        ("3-1", "Invalid range format for --expose: 3-1, error: Invalid range specified for the Port: 3-1"),
        ("80-", "Invalid range format for --expose: 80-, error: strconv.ParseUint: parsing \"\": invalid syntax"),
        (
            "70000",
            "Invalid range format for --expose: 70000, error: strconv.ParseUint: parsing \"70000\": value out of range"
        ),
    ])
    func wordsThatExposeNothing(_ word: String, _ message: String) {
        #expect { try PortForm.exposed(word) } throws: { ($0 as? CommandFailure)?.message == message }
    }

    @Test func bindingsOfOnePortAddUp() throws {
        let words = [
            "-p", "127.0.0.1:8080:80", "-p", "[::1]:8080:80", "-p", "9090:80", "--expose", "80", "--expose", "90",
        ]
        let body = try CreateBody(FlagParser(ContainerFlags.all).parse(words + ["busybox"]))
        #expect(
            body.host.portBindings == [
                "80/tcp": [
                    PortBinding(hostIP: "127.0.0.1", hostPort: "8080"), PortBinding(hostIP: "::1", hostPort: "8080"),
                    PortBinding(hostPort: "9090"),
                ]
            ])
        #expect(body.config.exposedPorts.keys.sorted() == ["80/tcp", "90/tcp"])
    }
}
