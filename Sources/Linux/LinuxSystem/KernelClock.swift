internal import CLinux

/// Clocks in nanoseconds (`clock_gettime(2)`).
public enum KernelClock {
    /// Since 1970.
    public static func realTime() -> Int64 { cl_realtime() }
    /// Since some point; never goes back.
    public static func monotonic() -> Int64 { cl_monotonic() }
}
