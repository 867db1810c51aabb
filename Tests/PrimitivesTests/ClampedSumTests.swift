import Primitives
import Testing

@Suite struct ClampedSumTests {
    @Test func sumsStayWithinBounds() {
        #expect([1, 2, 3].clampedSum == 6)
        #expect([Int64]().clampedSum == 0)
        #expect([Int64.max, 1, .max].clampedSum == .max)
        #expect(Int64.min.addingClamped(-1) == .min)
        #expect(Int64.max.addingClamped(-1) == .max - 1)
        #expect(UInt8(200).addingClamped(100) == 255)
    }
}
