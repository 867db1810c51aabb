import Glibc
import Synchronization
import Testing

/// An etcd of the test's own, with a folder and ports of its own on the loop-back.
final class EtcdServer {
    let url: String
    /// With TLS: `ca.pem`, `client.pem` and `client-key.pem` are there.
    let folder: String
    private var pid: pid_t = 0

    /// With TLS only who has a certificate of the authority is let in.
    init(usesTLS: Bool = false) throws {
        let ports = Self.freePorts(2)
        folder = "/tmp/etcd-test-\(getpid())-\(UInt32.random(in: 0 ..< .max))"
        url = "etcd://127.0.0.1:\(ports[0])"
        let client = "\(usesTLS ? "https" : "http")://127.0.0.1:\(ports[0])"
        let peer = "http://127.0.0.1:\(ports[1])"
        mkdir(folder, 0o700)
        if usesTLS { try makeCertificates() }
        let secure = [
            "--cert-file", folder + "/server.pem", "--key-file", folder + "/server-key.pem", "--trusted-ca-file",
            folder + "/ca.pem", "--client-cert-auth",
        ]
        let words =
            [
                "etcd", "--data-dir", folder + "/data", "--listen-client-urls", client, "--advertise-client-urls",
                client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster",
                "default=\(peer)",
                "--logger", "zap", "--log-level", "error", "--unsafe-no-fsync",
            ] + (usesTLS ? secure : [])
        var arguments = words.map { strdup($0) } + [nil]
        defer { for word in arguments { free(word) } }
        let result = posix_spawnp(&pid, "etcd", nil, nil, &arguments, environ)
        try #require(result == 0, "etcd is needed (Debian's etcd-server)")
        try waitUntilItListens(UInt16(ports[0]))
    }

    /// Ends it by its own id.
    func stop() {
        guard pid > 0 else { return }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
        pid = 0
        Self.run("rm", "-rf", folder)
    }

    /// True when the program ended with 0.
    @discardableResult
    private static func run(_ words: String...) -> Bool {
        var arguments = words.map { strdup($0) } + [nil]
        defer { for word in arguments { free(word) } }
        var child: pid_t = 0
        var status: Int32 = -1
        guard posix_spawnp(&child, words[0], nil, nil, &arguments, environ) == 0 else { return false }
        waitpid(child, &status, 0)
        return status == 0
    }

    /// An authority, and what it vouches for: a server at 127.0.0.1, and a client.
    private func makeCertificates() throws {
        let script = """
            cd "$0" && exec >/dev/null 2>&1
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=authority -days 2 \\
                -keyout ca-key.pem -out ca.pem || exit
            for name in server client; do
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$name \\
                    -keyout $name-key.pem -out $name.csr || exit
                printf 'subjectAltName=IP:127.0.0.1\\nextendedKeyUsage=serverAuth,clientAuth\\n' >$name.ext
                openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 \\
                    -extfile $name.ext -out $name.pem || exit
            done
            """
        try #require(Self.run("sh", "-c", script, folder), "openssl is needed")
    }

    deinit { stop() }

    private func waitUntilItListens(_ port: UInt16) throws {
        for _ in 0..<1000 {
            if Self.connects(port) { return }
            usleep(10_000)
        }
        try #require(Bool(false), "etcd does not listen")
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static func connects(_ port: UInt16) -> Bool {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(fd) }
        var address = address(port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(fd, $0, 16) == 0 }
        }
    }

    /// Ports that the kernel gave a moment ago; held together, so that they differ.
    private static func freePorts(_ count: Int) -> [Int] {
        let sockets = (0..<count).map { _ in socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        defer { for socket in sockets { close(socket) } }
        return sockets.map { fd in
            var address = address(0)
            var length = socklen_t(16)
            return withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = bind(fd, $0, 16)
                    getsockname(fd, $0, &length)
                }
                return Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }
    }
}

final class TestClock: Sendable {
    private let time = Mutex<Int64>(0)
    var now: Int64 { time.withLock { $0 } }
    func advance(seconds: Int64) { time.withLock { $0 += seconds * 1_000_000_000 } }
}
