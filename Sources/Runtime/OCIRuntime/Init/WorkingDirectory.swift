internal import LinuxSystem

/// Where a program starts, inside the container beyond doubt.
///
/// A path such as `/proc/self/fd/7` could name a directory of the host through a descriptor that is still open
/// (CVE-2024-21626): magic links are refused, and the kernel has to say that the place is below the root.
enum WorkingDirectory {
    static func enter(_ path: String) throws(StartFailure) {
        try doing("chdir to cwd (\"\(path)\") set in config.json failed") { () throws(SystemError) in
            let root = RootDirectory(try FD.open(at: "/", [.path, .directory]))
            let directory = try root.open(path.isEmpty ? "/" : path, [.path, .directory])
            try ProcessAttributes.changeDirectory(directory, subject: path)
            guard try ProcessAttributes.currentDirectory().hasPrefix("/") else {
                throw SystemError(errno: 2, call: "getcwd", subject: "outside of the container's root")
            }
        }
    }

    /// Makes it if it is missing.
    static func make(_ path: String, in root: borrowing RootDirectory) throws(StartFailure) {
        do throws(SystemError) {
            let made = try root.open(path, making: .directory)
            guard try made.stat().kind == .directory else { throw SystemError(errno: 20, call: "mkdir") }
        } catch {
            if error.errno == 20 { throw StartFailure(.other, "Cannot mkdir: \(path) is not a directory") }
            throw StartFailure("Cannot mkdir \(path)", error)
        }
    }
}
