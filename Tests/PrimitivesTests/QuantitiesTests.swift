@testable import Primitives
import Testing

@Suite struct QuantitiesTests {
    @Test(
        arguments: [
            ("64m", Int64(67_108_864)), ("1.5G", 1_610_612_736), ("512", 512), ("10 MiB", 10_485_760), ("1kb", 1024),
            ("2T", 2_199_023_255_552),
            ("1PB", 1_125_899_906_842_624), ("0", 0), ("1b", 1),
        ] as [(String, Int64)])
    func readsSizes(text: String, bytes: Int64) throws {
        #expect(try ByteCount(parsing: text).bytes == bytes)
    }

    @Test(arguments: ["", "x", "-1", "1.", ".5", "1kk", "1  k", "1 k ", "1x", "99999999P"]) func refusesSizes(
        text: String
    ) {
        let error = #expect(throws: EngineError.self) { try ByteCount(parsing: text) }
        #expect(error?.message == "invalid size: '\(text)'")
    }

    /// Values of C's `%.4g`.
    @Test(
        arguments: [
            (Int64(0), "0 B"), (999, "999 B"), (1000, "1 kB"), (2_433_303, "2.433 MB"), (133_000_000, "133 MB"),
            (12_345, "12.35 kB"), (999_950, "1000 kB"), (1_500_000_000, "1.5 GB"), (1_125, "1.125 kB"),
            (10_125, "10.12 kB"),
        ] as [(Int64, String)])
    func showsDecimalSizes(bytes: Int64, text: String) {
        #expect(ByteCount(bytes).decimal() == text)
    }

    /// Values of C's `%.3g`.
    @Test(
        arguments: [
            (Int64(0), "0B"), (999, "999B"), (1_090, "1.09kB"), (1_125, "1.12kB"), (12_345, "12.3kB"),
            (999_499, "999kB"), (999_500, "1e+03kB"), (99_960, "100kB"),
        ] as [(Int64, String)])
    func showsThreeDigits(bytes: Int64, text: String) {
        #expect(ByteCount(bytes).decimal(spaced: false, digits: 3) == text)
    }

    @Test func showsBinarySizes() {
        #expect(ByteCount(1 << 30).binary() == "1 GiB")
        #expect(ByteCount(1023).binary(spaced: false) == "1023B")
        #expect(ByteCount(3 << 29).binary(spaced: false) == "1.5GiB")
    }

    @Test(
        arguments: [
            (Int64(0), "Less than a second"), (1, "1 seconds"), (59, "59 seconds"), (60, "About a minute"),
            (119, "About a minute"),
            (120, "2 minutes"), (3600, "About an hour"), (7200, "2 hours"), (169_200, "47 hours"), (172_800, "2 days"),
            (1_123_200, "13 days"), (1_209_600, "2 weeks"), (7_689_600, "12 weeks"), (7_776_000, "3 months"),
            (62_985_600, "24 months"), (63_504_000, "2.013699 years"),
        ] as [(Int64, String)])
    func tellsDurations(seconds: Int64, text: String) {
        #expect(HumanDuration.text(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            (Int64(0), "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000000001Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (1_433_000_000_120_000_000, "2015-05-30T15:33:20.12Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
        ] as [(Int64, String)])
    func timesAreWrittenAsGoDoes(nanoseconds: Int64, text: String) throws {
        #expect(Timestamp(nanoseconds: nanoseconds).description == text)
        #expect(try Timestamp(parsing: text).nanoseconds == nanoseconds)
    }

    @Test func goesZeroTime() throws {
        #expect(Timestamp.zero.description == "0001-01-01T00:00:00Z")
        #expect(try Timestamp(parsing: "0001-01-01T00:00:00Z").isZero)
        #expect(Timestamp.zero < Timestamp(nanoseconds: 0))
        #expect(Timestamp(seconds: 5).fixedWidth == "1970-01-01T00:00:05.000000000Z")
    }

    @Test func offsetsAreApplied() throws {
        #expect(try Timestamp(parsing: "2015-05-30T17:33:20.1200000009+02:00").nanoseconds == 1_433_000_000_120_000_000)
        #expect(Timestamp.now() > Timestamp(seconds: 1_700_000_000))
        #expect(Timestamp(seconds: 5).since(Timestamp(seconds: 3)) == .seconds(2))
    }

    @Test(arguments: [
        "", "2015", "2015-02-29T00:00:00Z", "2015-13-01T00:00:00Z", "2015-01-01T00:00:00", "2015-01-01T25:00:00Z",
    ])
    func refusesTimes(text: String) {
        #expect(throws: EngineError.self) { try Timestamp(parsing: text) }
    }
}
