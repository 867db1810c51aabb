/// A point in time: nanoseconds since 1970 UTC, or Go's zero time (year 1), which Docker writes where it means "never".
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// `Int64.min` stands for the zero time.
    public let nanoseconds: Int64

    /// Between the years 1677 and 2262.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public init(seconds: Int64, nanoseconds: Int64 = 0) {
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = scaled.addingReportingOverflow(nanoseconds)
        self.nanoseconds = overflow || carried ? (seconds < 0 ? Int64.min + 1 : .max) : sum
    }

    /// `0001-01-01T00:00:00Z`
    public static let zero = Timestamp(nanoseconds: .min)
    public var isZero: Bool { self == .zero }

    /// Whole seconds since 1970, rounded down; Go's -62135596800 for the zero time.
    public var seconds: Int64 { isZero ? -62_135_596_800 : floorDivision(nanoseconds, 1_000_000_000).quotient }
    /// What `seconds` leaves, 0 to 999,999,999.
    public var subsecond: Int64 { isZero ? 0 : floorDivision(nanoseconds, 1_000_000_000).remainder }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The time from `earlier` to this.
    public func since(_ earlier: Timestamp) -> Duration {
        .seconds(seconds - earlier.seconds) + .nanoseconds(subsecond - earlier.subsecond)
    }

    public func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(seconds: self.seconds + seconds, nanoseconds: subsecond + attoseconds / 1_000_000_000)
    }

    /// Go's RFC3339Nano in UTC: trailing zeros of the fraction are left out.
    public var description: String { text(fixedWidth: false) }
    /// With all nine digits, as the `logs` call shows it.
    public var fixedWidth: String { text(fixedWidth: true) }

    /// The same in a zone: `2015-04-07T10:00:00.000000000+02:00`.
    public func fixedWidth(secondsEast: Int64) -> String {
        let minutes = secondsEast / 60
        guard minutes != 0 else { return fixedWidth }
        let shown = advanced(by: .seconds(minutes * 60)).fixedWidth.dropLast()
        let sign = minutes < 0 ? "-" : "+"
        return "\(shown)\(sign)\(padded(abs(minutes) / 60, 2)):\(padded(abs(minutes) % 60, 2))"
    }

    private func text(fixedWidth: Bool) -> String {
        let (days, secondOfDay) = floorDivision(seconds, 86_400)
        let date = CivilDate(daysSince1970: days)
        let clock = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map { padded($0, 2) }
        var fraction = padded(subsecond, 9)[...]
        if !fixedWidth { while fraction.last == "0" { fraction.removeLast() } }
        let point = fraction.isEmpty ? "" : "."
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
            + "T\(clock.joined(separator: ":"))\(point)\(fraction)Z"
    }
}

func floorDivision(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}

/// The proleptic Gregorian calendar. The arithmetic counts years from 1 March, so that the leap day comes last.
struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970 days: Int64) {
        let (era, dayOfEra) = floorDivision(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let (era, yearOfEra) = floorDivision(month <= 2 ? year - 1 : year, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    var isReal: Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month) - 1]
    }
}
