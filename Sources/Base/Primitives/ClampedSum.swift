/// Sums of sizes that others choose: a sparse file alone may say the largest there is.
extension FixedWidthInteger {
    /// The sum, or the bound that it is beyond.
    public func addingClamped(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        guard overflows else { return sum }
        return other < 0 ? .min : .max
    }
}

extension Sequence where Element: FixedWidthInteger {
    /// Of all, in their order; at most the largest number.
    public var clampedSum: Element { reduce(0) { $0.addingClamped($1) } }
}
