import APIModel
import Testing

/// BuildKit's `calculateKeepBytes`.
@Suite struct BuildCachePruneTests {
    struct Case: Sendable {
        var (reserved, maximumUsed, minimumFree): (Int64, Int64, Int64)
        var free: Int64 = 0
        var kept: Int64?
    }

    @Test(arguments: [
        Case(reserved: 0, maximumUsed: 0, minimumFree: 0, kept: nil),
        Case(reserved: 30, maximumUsed: 0, minimumFree: 0, kept: 30),
        Case(reserved: 0, maximumUsed: 40, minimumFree: 0, kept: 40),
        Case(reserved: 50, maximumUsed: 40, minimumFree: 0, kept: 50),
        // Enough is free: nothing goes.
        Case(reserved: 0, maximumUsed: 0, minimumFree: 10, free: 10, kept: 100),
        Case(reserved: 0, maximumUsed: 0, minimumFree: 30, free: 10, kept: 80),
        Case(reserved: 0, maximumUsed: 70, minimumFree: 30, free: 10, kept: 70),
        Case(reserved: 0, maximumUsed: 90, minimumFree: 30, free: 10, kept: 80),
        Case(reserved: 95, maximumUsed: 90, minimumFree: 30, free: 10, kept: 95),
        // More than the whole cache is wanted.
        Case(reserved: 0, maximumUsed: 0, minimumFree: 500, free: 10, kept: 0),
        Case(reserved: 20, maximumUsed: 0, minimumFree: .max, free: 0, kept: 20),
    ])
    func boundsAreReckonedTogether(_ bounds: Case) {
        var prune = BuildCachePrune()
        prune.reserved = bounds.reserved
        prune.maximumUsed = bounds.maximumUsed
        prune.minimumFree = bounds.minimumFree
        #expect(prune.keptBytes(of: 100, free: bounds.free) == bounds.kept)
    }
}
