import Primitives
import Testing

@Suite struct ZonedTimeTests {
    @Test func aZoneShiftsTheClockAndIsNamed() throws {
        let time = try Timestamp(parsing: "2015-04-07T08:00:00.5Z")
        #expect(time.fixedWidth(secondsEast: 7200) == "2015-04-07T10:00:00.500000000+02:00")
        #expect(time.fixedWidth(secondsEast: -12_600) == "2015-04-07T04:30:00.500000000-03:30")
        #expect(time.fixedWidth(secondsEast: 0) == "2015-04-07T08:00:00.500000000Z")
    }
}
