internal import Primitives
internal import Synchronization

/// The `Date` of answers (RFC 9110, 5.6.7), made once a second.
final class DateLine: Sendable {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "01": "Jan", "02": "Feb", "03": "Mar", "04": "Apr", "05": "May", "06": "Jun", "07": "Jul", "08": "Aug",
        "09": "Sep", "10": "Oct", "11": "Nov", "12": "Dec",
    ]
    private let last = Mutex<(second: Int64, text: String)>((.min, ""))

    func text(at time: Timestamp = .now()) -> String {
        last.withLock { last in
            if last.second != time.seconds { last = (time.seconds, Self.format(time)) }
            return last.text
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    static func format(_ time: Timestamp) -> String {
        // 1970-01-01T00:00:00…, from 1970 on.
        let parts = time.description.split { "-T:.Z".contains($0) }
        guard parts.count >= 6, time.seconds >= 0 else { return "Thu, 01 Jan 1970 00:00:00 GMT" }
        let day = days[Int(time.seconds / 86_400 % 7)]
        return
            "\(day), \(parts[2]) \(months[String(parts[1])] ?? "") \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}
