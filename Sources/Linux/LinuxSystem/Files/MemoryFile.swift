internal import CLinux

extension FD {
    /// A file that exists in memory only, and as long as the descriptor; `name` shows in `/proc/<pid>/fd`
    /// (`memfd_create(2)`).
    public static func memoryFile(_ name: String) throws(SystemError) -> FD {
        FD(owning: try check(cl_memfd(name), "memfd_create", name))
    }
}
