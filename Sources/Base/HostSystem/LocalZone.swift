#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The user's time zone (`TZ`, `/etc/localtime`).
public enum LocalZone {
    /// Seconds east of Greenwich at a time, in seconds since 1970.
    public static func offset(at seconds: Int64) -> Int64 {
        var time = time_t(seconds)
        var parts = tm()
        guard localtime_r(&time, &parts) != nil else { return 0 }
        return Int64(parts.tm_gmtoff)
    }

    /// The time of which a clock in this zone shows what `seconds` would be in Greenwich.
    public static func time(shownAs seconds: Int64) -> Int64 {
        let guess = seconds - offset(at: seconds)
        return seconds - offset(at: guess)
    }
}
