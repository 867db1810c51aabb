/// How Docker tells people how long something took (1.6: pkg/units/duration.go).
public enum HumanDuration {
    /// `Less than a second`, `5 seconds`, `About a minute`, `3 hours`, `2 weeks`, `2.013699 years`. Append ` ago`.
    public static func text(_ duration: Duration) -> String { text(seconds: duration.components.seconds) }

    public static func text(seconds: Int64) -> String {
        let minutes = seconds / 60
        let hours = minutes / 60
        switch true {
        case seconds < 1: return "Less than a second"
        case seconds < 60: return "\(seconds) seconds"
        case minutes == 1: return "About a minute"
        case minutes < 60: return "\(minutes) minutes"
        case hours == 1: return "About an hour"
        case hours < 48: return "\(hours) hours"
        case hours < 24 * 7 * 2: return "\(hours / 24) days"
        case hours < 24 * 30 * 3: return "\(hours / 24 / 7) weeks"
        case hours < 24 * 365 * 2: return "\(hours / 24 / 30) months"
        default: return years(seconds)
        }
    }

    private static func years(_ seconds: Int64) -> String {
        let millionths = Int64((Double(seconds) / 3600 / 24 / 365 * 1e6).rounded(.toNearestOrEven))
        return "\(millionths / 1_000_000).\(String(millionths % 1_000_000 + 1_000_000).dropFirst()) years"
    }
}
