import Cgroups
import LinuxSystem
import OCIRuntime
import OrderedJSON
import Primitives
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// What a test of real containers needs. A machine that lacks it fails the suite when REQUIRE_ALL=1.
enum Machine {
    static let isReady: Bool = {
        let ready = geteuid() == 0 && access("/bin/busybox", X_OK) == 0 && access(shimPath, X_OK) == 0
        if !ready && getenv("REQUIRE_ALL").map({ String(cString: $0) }) == "1" {
            Issue.record("containers need root, /bin/busybox and martlet-shim beside the tests")
        }
        return ready
    }()

    /// Built beside the test bundle.
    static let shimPath: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let path = String(decoding: buffer[..<max(count, 0)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/martlet-shim"
    }()

    static let reactor = Result { try ShimReactor() }
    static let launcher = Result { try ShimLauncher(path: shimPath, reactor: try reactor.get()) }
}

/// One container with a bundle and a busybox root file system in a folder of its own; `remove()` leaves nothing.
final class ContainerRig: @unchecked Sendable {
    // Invariant: one test, one task; the events come through a stream.
    let id: String
    let folder: String
    var spec: OCISpec
    var config: SupervisorConfig
    /// The shim has left.
    private var isGone = false
    private(set) var connection: ShimConnection?
    private let events: AsyncStream<ShimEvent>
    private let yield: @Sendable (ShimEvent) -> Void
    private var iterator: AsyncStream<ShimEvent>.Iterator

    static let path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"

    init(_ arguments: String...) throws {
        id = "martlet-test-" + String((0..<12).map { _ in "0123456789abcdef".randomElement() ?? "0" })
        folder = "/tmp/\(id)"
        (events, yield) = Self.makeEvents()
        iterator = events.makeAsyncIterator()
        spec = OCISpec(
            process: OCIProcess(args: arguments, env: [Self.path], cwd: "/", capabilities: Self.capabilities),
            root: OCIRoot(path: "rootfs"), hostname: "rig", mounts: Self.mounts,
            linux: OCILinux(
                namespaces: [.mount, .network, .uts, .pid, .ipc].map { OCINamespace($0) },
                maskedPaths: ["/proc/version", "/proc/tty", "/proc/nosuch"], readonlyPaths: ["/proc/sys"]))
        config = SupervisorConfig(
            containerID: id, log: .init(driver: .jsonFile, path: "\(folder)/log.json"),
            cgroupPath: "/martlet-test/\(id)")
        try makeRoot()
    }

    private static func makeEvents() -> (AsyncStream<ShimEvent>, @Sendable (ShimEvent) -> Void) {
        let (stream, continuation) = AsyncStream.makeStream(of: ShimEvent.self)
        return (stream, { continuation.yield($0) })
    }

    static let capabilities: OCICapabilities = {
        let names = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID", "SETPCAP", "KILL", "MKNOD"].map {
            "CAP_" + $0
        }
        return OCICapabilities(bounding: names, effective: names, permitted: names)
    }()

    static let mounts = [
        OCIMount(destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"]),
        OCIMount(
            destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=65536k"]),
        OCIMount(
            destination: "/dev/pts", type: "devpts", source: "devpts",
            options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
        OCIMount(destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"]),
    ]

    private func makeRoot() throws {
        for name in ["", "/root", "/root/bin", "/root/etc", "/root/tmp", "/root/data", "/rootfs", "/upper", "/work"] {
            #expect(mkdir(folder + name, 0o755) == 0)
        }
        let here = try FD.open(at: RawPath(folder), [.path, .directory])
        let busybox = try FD.open(at: "/bin/busybox", .readOnly).readAll()
        try here.open("root/bin/busybox", [.writeOnly, .create], mode: 0o755).writeAll(busybox)
        for tool in [
            "sh", "true", "id", "ls", "cat", "sleep", "stty", "tty", "mkdir", "env", "seq", "dd", "tail", "stat",
        ] {
            try here.makeSymbolicLink(RawPath("root/bin/\(tool)"), to: "busybox")
        }
        try write("root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1001:web:/home/web:/bin/sh\n", to: "root/etc/passwd")
        try write("root:x:0:\nweb:x:1001:\nextra:x:2000:web\n", to: "root/etc/group")
        config.rootMounts = [
            Mount(
                type: "overlay", source: "overlay",
                options: ["lowerdir=\(folder)/root", "upperdir=\(folder)/upper", "workdir=\(folder)/work"])
        ]
    }

    func write(_ text: String, to name: String, mode: UInt32 = 0o644) throws {
        let here = try FD.open(at: RawPath(folder), [.path, .directory])
        try here.open(RawPath(name), [.writeOnly, .create, .truncate], mode: mode).writeAll(Array(text.utf8))
    }

    func makeFolder(_ name: String) throws {
        try FD.open(at: RawPath(folder), [.path, .directory]).makeDirectory(RawPath(name), mode: 0o755)
    }

    func link(_ name: String, to target: String) throws {
        try FD.open(at: RawPath(folder), [.path, .directory]).makeSymbolicLink(RawPath(name), to: RawPath(target))
    }

    func bytes(_ name: String) throws -> [UInt8] {
        try FD.open(at: RawPath("\(folder)/\(name)"), .readOnly).readAll()
    }

    func read(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    // MARK: Running

    /// Starts the shim; the container is prepared and waits.
    func create() throws {
        let encoder = OrderedJSONEncoder()
        try write(String(decoding: encoder.encode(spec), as: UTF8.self), to: "config.json")
        try write(String(decoding: encoder.encode(config), as: UTF8.self), to: "shim.json")
        connection = try Machine.launcher.get().launch(bundle: folder, onEvent: yield)
    }

    func send(_ request: ShimRequest) throws { try #require(connection).send(request) }

    private func take() async -> ShimEvent? {
        let event = await iterator.next()
        if event == .disconnected { isGone = true }
        return event
    }

    /// Takes events until one is what is looked for.
    func next<Value>(_ pick: (ShimEvent) -> Value?) async throws -> Value {
        while let event = await take() {
            if let value = pick(event) { return value }
            if case .startFailed(let failure) = event { throw failure }
            if event == .disconnected { break }
        }
        throw SystemError(errno: 32, call: "events", subject: "the shim left without it")
    }

    func exited() async throws -> ExitRecord {
        try await next { if case .exited(let record) = $0 { record } else { nil } }
    }
    /// The connection that was given up first says so; the adopted one goes on.
    func exitedAfterAdoption() async throws -> ExitRecord {
        while let event = await take() {
            if case .exited(let record) = event { return record }
        }
        throw SystemError(errno: 32, call: "events")
    }

    func startFailed() async throws -> StartFailure {
        try await next { if case .startFailed(let failure) = $0 { failure } else { nil } }
    }
    func started() async throws -> Int32 { try await next { if case .started(let pid) = $0 { pid } else { nil } } }

    /// Creates, starts and waits for the end.
    func run() async throws -> ExitRecord {
        try create()
        try send(.start)
        return try await exited()
    }

    func runToFailure() async throws -> StartFailure {
        try create()
        try send(.start)
        return try await startFailed()
    }

    /// What the log holds of one stream, text only.
    func output(_ stream: String = "stdout") throws -> String {
        try read("log.json").split(separator: "\n").reduce(into: "") { text, line in
            let value = try JSONValue(parsing: String(line))
            if value["stream"]?.stringValue == stream { text += value["log"]?.stringValue ?? "" }
        }
    }

    func exec(
        _ id: String, _ arguments: String..., edit: (inout OCIProcess, inout ExecOptions) -> Void = { _, _ in }
    ) throws -> FDBox {
        var process = OCIProcess(args: arguments, env: [Self.path], cwd: "/", capabilities: Self.capabilities)
        var options = ExecOptions(id: id, processFile: "\(id).json")
        edit(&process, &options)
        try write(String(decoding: OrderedJSONEncoder().encode(process), as: UTF8.self), to: "\(id).json")
        return try #require(connection).exec(options)
    }

    /// Adopts the container as a daemon that was started anew.
    func adopt() throws -> ShimConnection {
        let adopted = try ShimConnection.adopt(bundle: folder, reactor: try Machine.reactor.get(), onEvent: yield)
        connection = adopted
        isGone = false
        return adopted
    }

    /// Waits for the shim to be gone, then removes the folder.
    func remove() async {
        if !isGone && connection != nil {
            _ = try? send(.signal(exec: nil, number: 9))
            while let event = await take(), event != .disconnected {}
        }
        if let tmp = try? FD.open(at: "/tmp", .directory) { _ = try? tmp.removeTree(RawPath(id)) }
    }
}

/// Runs `body` with a container and takes everything away afterwards, whatever happened.
func withContainer(_ arguments: String..., body: (ContainerRig) async throws -> Void) async throws {
    let rig = try makeRig(arguments)
    do {
        try await body(rig)
    } catch {
        await rig.remove()
        throw error
    }
    await rig.remove()
}

private func makeRig(_ arguments: [String]) throws -> ContainerRig {
    let rig = try ContainerRig()
    rig.spec.process?.args = arguments
    return rig
}

/// Splits stdcopy frames.
func frames(_ bytes: [UInt8]) -> [(stream: UInt8, text: String)] {
    var result: [(UInt8, String)] = []
    var rest = bytes[...]
    while rest.count >= 8 {
        let header = Array(rest.prefix(8))
        let count = header[4...].reduce(0) { $0 << 8 | Int($1) }
        result.append((header[0], String(decoding: rest.dropFirst(8).prefix(count), as: UTF8.self)))
        rest = rest.dropFirst(8 + count)
    }
    return result
}
