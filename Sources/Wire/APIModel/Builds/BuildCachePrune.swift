/// What `POST /build/prune` asks for. Spaces are in bytes, 0 where none is said.
///
/// Docker's `all` is not here: it adds records of a builder's own programs and those that images share, and there are neither.
public struct BuildCachePrune: Sendable {
    /// What stays in any case.
    public var reserved: Int64 = 0
    /// What the cache may take at most.
    public var maximumUsed: Int64 = 0
    /// What should be free on the disk afterwards.
    public var minimumFree: Int64 = 0
    public var filters: Filters

    public init(filters: Filters = Filters()) { self.filters = filters }

    /// How much of `total` stays, as BuildKit reckons it when `free` bytes are free; nil: there is no bound.
    public func keptBytes(of total: Int64, free: Int64) -> Int64? {
        guard reserved != 0 || maximumUsed != 0 || minimumFree != 0 else { return nil }
        let excess = minimumFree - max(0, free)
        var kept = maximumUsed
        if excess > 0 {
            kept = kept == 0 ? total - excess : min(kept, total - excess)
        } else if minimumFree != 0, kept == 0 {
            kept = total
        }
        return max(kept, reserved, 0)
    }
}
