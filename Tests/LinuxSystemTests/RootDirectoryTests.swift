import LinuxSystem
import Testing

@Suite struct RootDirectoryTests {
    private func withRoot(_ body: (borrowing RootDirectory) throws -> Void) throws {
        let name = "martlet-root-\(UInt64.random(in: 0 ... .max))"
        let tmp = try FD.open(at: "/tmp", .directory)
        try tmp.makeDirectory(RawPath(name), mode: 0o755)
        defer { try? tmp.removeTree(RawPath(name)) }
        try body(RootDirectory(try tmp.open(RawPath(name), .directory)))
    }

    @Test func makesFoldersAndFiles() throws {
        try withRoot { (root: borrowing RootDirectory) throws in
            #expect(try root.open("/a/b/c", making: .directory).stat().kind == .directory)
            #expect(try root.open("a/b/file", making: .file).stat().kind == .regular)
            #expect(try root.open("/a/./b/../b/file", .path).stat().kind == .regular)
        }
    }

    @Test func staysInsideWhateverLinksSay() throws {
        try withRoot { (root: borrowing RootDirectory) throws in
            try root.fd.makeDirectory("etc", mode: 0o755)
            try root.fd.makeSymbolicLink("up", to: "../../../../etc")
            try root.fd.makeSymbolicLink("absolute", to: "/etc/deeper/still")
            let inside = try root.open("/etc", .path).stat().inode
            #expect(try root.open("/up", .path).stat().inode == inside)
            #expect(try root.open("/../../..//etc", .path).stat().inode == inside)
            // A dangling link is followed inside the root, and made there.
            let made = try root.open("/absolute", making: .directory).stat().inode
            #expect(try root.open("/etc/deeper/still", .path).stat().inode == made)
            let file = try root.open("/up/new/file", making: .file).stat().inode
            #expect(try root.open("/etc/new/file", .path).stat().inode == file)
        }
    }

    @Test func refusesLoopsAndMagicLinks() throws {
        try withRoot { (root: borrowing RootDirectory) throws in
            try root.fd.makeSymbolicLink("one", to: "two")
            try root.fd.makeSymbolicLink("two", to: "one")
            #expect(throws: SystemError.self) { _ = try root.open("/one/x", making: .directory) }
        }
        let host = RootDirectory(try FD.open(at: "/", [.path, .directory]))
        #expect(throws: SystemError.self) { _ = try host.open("/proc/self/fd/0", .path) }
    }

    @Test func refusesAFileOnTheWay() throws {
        try withRoot { (root: borrowing RootDirectory) throws in
            _ = try root.open("/file", making: .file)
            #expect(throws: SystemError.self) { _ = try root.open("/file/below", making: .directory) }
        }
    }
}
