internal import CLinux

/// A program held in memory that nobody can change, whoever gets hold of it through `/proc/<pid>/exe`
/// (`memfd_create(2)`, F_SEAL_WRITE).
public enum SealedImage {
    /// Copies the file at `path`. The pages are shared by everything that runs from it.
    public static func copy(of path: String) throws(SystemError) -> FD {
        let file = try FD.open(at: RawPath(path), .readOnly)
        let image = FD(owning: try check(cl_memfd("martlet-shim"), "memfd_create"))
        var offset: Int64 = 0
        while try check(cl_sendfile(image.rawValue, file.rawValue, &offset, 1 << 30), "sendfile", path) > 0 {}
        try check(cl_seal(image.rawValue), "fcntl", "F_ADD_SEALS")
        return image
    }

    /// Starts the program in a session of its own, with `/dev/null` as 0 to 2, `control` as 3 and the image as 4, and
    /// nothing else of the caller's (`posix_spawn(3)`). The caller reaps it through the answer.
    public static func spawn(
        _ image: borrowing FD, arguments: [String], control: borrowing FD
    ) throws(SystemError) -> (pid: Int32, pidfd: FDBox) {
        let (image, control) = (image.rawValue, control.rawValue)
        let result = withCStringArray(arguments) { cl_spawn_detached(image, $0, control) }
        let pid = try check(result, "posix_spawn", arguments.first ?? "")
        return (pid, FDBox(try ChildProcess.descriptor(of: pid)))
    }
}
