/// Numbers with so many digits behind the point, as C's `%.2f`.
enum FixedPoint {
    static func text(_ value: Double, _ digits: Int) -> String {
        let power: Int64 = [1, 10, 100, 1000][min(max(digits, 0), 3)]
        guard value.isFinite, value.magnitude < 1e12 else { return "0" }
        let scaled = Int64((value.magnitude * Double(power)).rounded(.toNearestOrEven))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard power > 1 else { return sign + String(scaled) }
        return sign + String(scaled / power) + "." + String(scaled % power + power).dropFirst()
    }

    /// `999B`, `1.23kB`: two digits but for bytes.
    static func bytes(_ count: Int64) -> String {
        var (value, unit) = (Double(count), 0)
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        while value.magnitude >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        return unit == 0 ? "\(count)B" : text(value, 2) + units[unit]
    }
}
