import Primitives
import Testing

@Suite struct GoDurationTests {
    @Test(arguments: [
        ("0", 0), ("5s", 5_000_000_000), ("1h30m", 5_400_000_000_000), ("1.5s", 1_500_000_000), ("100ms", 100_000_000),
        ("2us", 2000), ("2\u{B5}s", 2000), ("7ns", 7), ("0s", 0),
    ])
    func durations(_ text: String, _ nanoseconds: Int64) throws {
        #expect(try GoDuration.parse(text) == nanoseconds)
    }

    /// Go 1.22's `time.ParseDuration`.
    @Test(arguments: [
        ("", "time: invalid duration \"\""), ("s", "time: invalid duration \"s\""),
        ("5", "time: missing unit in duration \"5\""), ("5 s", "time: unknown unit \" s\" in duration \"5 s\""),
        ("1d", "time: unknown unit \"d\" in duration \"1d\""), ("1..2s", "time: invalid duration \"1..2s\""),
    ])
    func othersAreNone(_ text: String, _ message: String) {
        #expect { try GoDuration.parse(text) } throws: { ($0 as? EngineError)?.message == message }
        #expect(GoDuration.nanoseconds(text) == nil)
    }
}
