import Primitives
import Testing

@testable import Engine

@Suite struct HTTPDateTests {
    /// The first is RFC 9110's own example.
    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37", nil), ("Sun, 31 Feb 1994 08:49:37 GMT", nil), ("yesterday", nil),
            ("Sun, 06 Nov 1994 24:49:37 GMT", nil),
        ] as [(String, Int64?)]) func readsDates(text: String, seconds: Int64?)
    {
        #expect(HTTPDate.seconds(text) == seconds)
    }
}
