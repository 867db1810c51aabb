internal import LinuxSystem

/// The child's ends of its standard streams; nil where the container's own `/dev/null` belongs.
struct StandardStreams {
    var input: FDBox?
    var output: FDBox?
    var error: FDBox?

    /// Puts them at 0, 1 and 2. `uid` becomes the owner, so that a program that is not root can open `/dev/stderr`.
    func place(uid: UInt32, root: borrowing RootDirectory) throws(SystemError) {
        let null = input == nil || output == nil || error == nil ? try Self.null(root) : nil
        for (number, stream) in [input, output, error].enumerated() {
            guard let stream = stream ?? null else { continue }
            if let owned = [input, output, error][number], uid != 0 { Self.give(owned, to: uid) }
            try ProcessAttributes.place(stream.fd, at: Int32(number))
        }
    }

    private static func give(_ stream: FDBox, to uid: UInt32) {
        // Not possible in every user namespace, and then not needed.
        _ = try? stream.fd.setOwner(uid: uid, gid: .max)
    }

    /// The container's null device, by its number; one of nobody's if it has none. A descriptor of the host's node would
    /// let the container's root change its mode through `/proc/self/fd/0`.
    private static func null(_ root: borrowing RootDirectory) throws(SystemError) -> FDBox {
        if let null = try? root.open("/dev/null", [.readWrite, .nonBlocking]), let stat = try? null.stat(),
            stat.isNullDevice
        {
            try null.setNonBlocking(false)
            return FDBox(null)
        }
        // On a file system that is attached nowhere and goes with the descriptor.
        let own = try FD.newMount(
            type: "tmpfs", source: "tmpfs", parameters: ["mode=755", "size=4k"],
            attributes: [.noExecution, .noSetUserID])
        try own.makeNode("null", kind: .characterDevice, mode: 0o666, major: 1, minor: 3)
        return FDBox(try own.open("null", .readWrite))
    }

    /// Opens a new terminal in the container's devpts and makes it the controlling one; the answer is the master, for
    /// the shim. `binds`: the terminal is `/dev/console` too.
    static func openTerminal(
        root: borrowing RootDirectory, uid: UInt32, size: OCIConsoleSize?, binds: Bool
    ) throws(SystemError) -> (FDBox, StandardStreams) {
        // O_NOCTTY
        let multiplexer = try root.open("/dev/pts/ptmx", [.readWrite, FileOpenFlags(rawValue: 0o400)])
        let stat = try multiplexer.stat()
        guard try multiplexer.fileSystem().type == 0x1cd1, (stat.specialMajor, stat.specialMinor) == (5, 2) else {
            throw SystemError(errno: 19, call: "open", subject: "/dev/pts/ptmx is not a terminal multiplexer")
        }
        // By descriptor, not as /dev/pts/N, which the container could replace (CVE-2025-52565).
        let terminal = FDBox(try multiplexer.openTerminalPeer())
        if let size, let rows = UInt16(exactly: size.height), let columns = UInt16(exactly: size.width) {
            try multiplexer.setWindow(columns: columns, rows: rows)
        }
        if uid != 0 { try terminal.fd.setOwner(uid: uid, gid: .max) }
        if binds {
            let console = try root.open("/dev/console", making: .file)
            let mount = try terminal.fd.cloneMount(recursive: false, subject: "terminal")
            try mount.attachMount(onto: console, subject: "/dev/console")
        }
        try terminal.fd.becomeControllingTerminal()
        return (FDBox(multiplexer), StandardStreams(input: terminal, output: terminal, error: terminal))
    }
}
