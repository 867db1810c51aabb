import OrderedJSON
import Testing

@testable import DockerCLI

@Suite struct ProgressPaceTests {
    /// What a display shows of messages that come at certain times.
    private struct Board {
        private let start = ContinuousClock.now
        private let width: Int?

        init(width: Int?) { self.width = width }

        /// The last line, without what moves the cursor. Each step: milliseconds and bytes of 20 MB.
        func last(_ steps: [(at: Int, bytes: Int64)], more: JSONObject = [:]) throws -> String {
            try last(of: steps.map { ($0.at, Self.message($0.bytes, more: more)) })
        }

        func last(of steps: [(at: Int, message: JSONValue)]) throws -> String {
            var shown = ""
            var passed = Duration.zero
            var display = ProgressDisplay(
                width: { [width] in width }, clock: { [start] in start.advanced(by: passed) }, write: { shown = $0 })
            for step in steps {
                passed = .milliseconds(step.at)
                try display.show(step.message)
            }
            return shown.split(separator: "\r").dropFirst().first.map(String.init) ?? shown
        }

        static func message(_ bytes: Int64, _ status: String = "Downloading", more: JSONObject = [:]) -> JSONValue {
            var detail: JSONObject = ["current": .integer(bytes), "total": 20_000_000]
            for (key, value) in more.entries { detail[key] = value }
            return ["status": .string(status), "progressDetail": .object(detail), "id": "0123456789ab"]
        }
    }

    private static let bar = "[=========================>                         ]"

    @Test func rateAndTimeLeftComeBehindTheAmounts() throws {
        let wide = try Board(width: 130).last([(0, 1_000_000), (2000, 10_000_000)])
        #expect(wide == "0123456789ab: Downloading \(Self.bar)     10MB/20MB  4.5MB/s  3s")
        let narrow = try Board(width: 80).last([(0, 1_000_000), (2000, 10_000_000)])
        #expect(narrow == "0123456789ab: Downloading     10MB/20MB  4.5MB/s  3s")
    }

    /// 39 columns without anything, 48 with the rate, 52 with both.
    @Test(arguments: [(53, "  4.5MB/s  3s"), (52, "  4.5MB/s"), (49, "  4.5MB/s"), (48, ""), (40, "")])
    func whatDoesNotFitIsLeftOut(_ width: Int, _ behind: String) throws {
        let line = try Board(width: width).last([(0, 1_000_000), (2000, 10_000_000)])
        #expect(line == "0123456789ab: Downloading     10MB/20MB" + behind)
    }

    @Test func aPaceNeedsHalfASecond() throws {
        #expect(try Board(width: 80).last([(0, 1), (499, 10_000_000)]).hasSuffix("10MB/20MB"))
        #expect(try Board(width: 80).last([(0, 0), (500, 10_000_000)]).hasSuffix("10MB/20MB  20MB/s  1s"))
    }

    @Test func theEndHasNoTimeLeft() throws {
        #expect(try Board(width: 80).last([(0, 10_000_000), (2000, 20_000_000)]).hasSuffix("20MB/20MB  5MB/s"))
    }

    @Test func anotherActionAndANewBeginningHaveTheirOwn() throws {
        let board = Board(width: 80)
        let begin = Board.message(1_000_000)
        let extracting = Board.message(2_000_000, "Extracting")
        #expect(try board.last(of: [(0, begin), (2000, extracting)]).hasSuffix("2MB/20MB"))
        #expect(
            try board.last(of: [(0, begin), (1000, Board.message(9_000_000)), (2000, begin)]).hasSuffix("1MB/20MB"))
        let after = Board.message(4_000_000, "Extracting")
        #expect(try board.last(of: [(0, begin), (2000, extracting), (4000, after)]).hasSuffix("4MB/20MB  1MB/s  16s"))
    }

    @Test func amountsThatAreNoBytesHaveNone() throws {
        let steps: [(Int, Int64)] = [(0, 1), (2000, 5)]
        #expect(try Board(width: 80).last(steps, more: ["units": "files", "total": 9]).hasSuffix("5/9 files"))
        #expect(try Board(width: 80).last(steps, more: ["hidecounts": true]) == "0123456789ab: Downloading ")
    }

    @Test func withoutATerminalNothingIsAdded() throws {
        #expect(try Board(width: nil).last([(0, 1_000_000), (2000, 10_000_000)]) == "")
    }
}
