// The standard library has no clock that knows the date; the C library's is the smallest thing that has.
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#elseif os(Windows)
internal import WinSDK
#endif

extension Timestamp {
    /// The system's wall clock.
    public static func now() -> Timestamp {
        #if os(Windows)
        var time = FILETIME()
        GetSystemTimePreciseAsFileTime(&time)
        // Tenths of a microsecond since 1601.
        let ticks = Int64(time.dwHighDateTime) << 32 | Int64(time.dwLowDateTime)
        return Timestamp(nanoseconds: (ticks - 116_444_736_000_000_000) * 100)
        #else
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
        #endif
    }
}
