internal import CLinux
internal import Glibc

/// How much the calling thread gets of processors and disks when others want them too.
public enum ThreadPriority {
    /// A tenth of a processor that others want (nice 10, `setpriority(2)`), and the last place of disks whose scheduler knows
    /// places (best effort 7, `ioprio_set(2)`): little, but never nothing. No error where that isn't allowed.
    public static func giveWay() {
        _ = cl_set_nice(10)
        _ = cl_set_io_priority(2 << 13 | 7)
    }

    /// As processes begin. Going back up wants CAP_SYS_NICE; without it the thread stays as it is.
    public static func giveWayNoMore() {
        _ = cl_set_nice(0)
        _ = cl_set_io_priority(0)
    }

    /// Blocks the thread (`usleep(3)`).
    public static func rest(milliseconds: UInt32) { usleep(milliseconds * 1000) }
}
