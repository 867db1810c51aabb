internal import CLinux
internal import Glibc

/// Folders of the host, named by absolute paths that the engine itself chose. Not for paths a container controls.
public enum HostDirectory {
    /// Makes one folder; one that is there already is no error. Its mode is set whatever the umask.
    public static func make(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
        let result = cl_mkdirat(AT_FDCWD, path, mode)
        if result == -EEXIST { return }
        try check(result, "mkdir", path)
        try check(changeMode(of: path, mode), "chmod", path)
    }

    /// Makes a folder and the parents it lacks.
    public static func makeAll(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
        let result = cl_mkdirat(AT_FDCWD, path, mode)
        switch result {
        case 0: try check(changeMode(of: path, mode), "chmod", path)
        case -EEXIST: return
        case -ENOENT where path.contains("/") && parent(of: path) != path:
            try makeAll(parent(of: path), mode: mode)
            try make(path, mode: mode)
        default: try check(result, "mkdir", path)
        }
    }

    /// Names in a folder, without `.` and `..`, in no order.
    public static func entries(_ path: String) throws(SystemError) -> [String] {
        let folder = try HostFile.open(path, O_RDONLY | O_DIRECTORY)
        return try folder.entries().map(\.name.string)
    }

    /// Removes a folder with all it holds, never following a link and never leaving its file system; one that is not
    /// there is no error.
    public static func removeTree(_ path: String) throws(SystemError) {
        guard let slash = path.lastIndex(of: "/"), path.index(after: slash) != path.endIndex else {
            throw SystemError(errno: EINVAL, call: "unlink", subject: path)
        }
        let folder: FD
        do {
            folder = try HostFile.open(parent(of: path), O_RDONLY | O_DIRECTORY)
        } catch {
            if error.errno == ENOENT { return }
            throw error
        }
        try folder.removeTree(RawPath(String(path[path.index(after: slash)...])))
    }

    /// Puts a folder's entries on disk (`fsync(2)`).
    public static func sync(_ path: String) throws(SystemError) {
        let folder = try HostFile.open(path, O_RDONLY | O_DIRECTORY)
        try check(cl_fsync(folder.rawValue), "fsync", path)
    }

    public static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
