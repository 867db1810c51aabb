import APIModel
import Primitives
import Synchronization
import Testing

@testable import DockerCLI

/// What displays write, and the time they are told.
private final class Screen: Sendable {
    private let shown = Mutex("")
    static let start = Timestamp(seconds: 1_700_000_000)

    func write(_ text: String) { shown.withLock { $0 += text } }
    var text: String { shown.withLock { $0 } }

    static func at(_ seconds: Double) -> Timestamp { start.advanced(by: .milliseconds(Int(seconds * 1000))) }
}

private func vertex(
    _ name: String, from start: Double? = nil, to end: Double? = nil, cached: Bool = false, error: String = ""
) -> BuildVertex {
    var vertex = BuildVertex(digest: "sha256:\(name)", name: name)
    vertex.started = start.map { Screen.at($0).description }
    vertex.completed = end.map { Screen.at($0).description }
    (vertex.cached, vertex.error) = (cached, error)
    return vertex
}

private func status(_ vertexes: BuildVertex...) -> BuildStatus {
    var status = BuildStatus()
    status.vertexes = vertexes
    return status
}

/// As BuildKit's console: a size of nothing is none.
@Test(
    arguments: [(nil, [10, 80]), ([0, 0], [10, 80]), ([24, 0], [10, 80]), ([24, 132], [24, 132])] as [([Int]?, [Int])])
func aTerminalWithoutASizeHasTheUsualOne(_ told: [Int]?, _ size: [Int]) {
    let found = BuildProgress.size(told.map { ($0[0], $0[1]) })
    #expect([found.rows, found.columns] == size)
}

private func log(_ name: String, _ text: String, at time: Double) -> BuildStatus {
    var status = BuildStatus()
    status.logs = [
        BuildVertexLog(
            vertex: "sha256:\(name)", stream: 1, data: Base64.encode(text.utf8), timestamp: Screen.at(time).description)
    ]
    return status
}

private func part(
    _ name: String, _ id: String, _ current: Int64, of total: Int64, at time: Double, done: Bool
) -> BuildStatus {
    var part = BuildVertexStatus(id: id, vertex: "sha256:\(name)", current: current, total: total)
    part.started = Screen.at(0).description
    part.timestamp = Screen.at(time).description
    if done { part.completed = Screen.at(time).description }
    var status = BuildStatus()
    status.statuses = [part]
    return status
}

/// The lines that BuildKit's plain display writes for the same messages.
@Suite struct PlainDisplayTests {
    private func shown(_ messages: [(Double, BuildStatus)]) throws -> String {
        let screen = Screen()
        var display = PlainDisplay { screen.write($0) }
        for (time, message) in messages { try display.update(message, now: Screen.at(time)) }
        try display.finish(now: Screen.at(messages.last?.0 ?? 0))
        return screen.text
    }

    @Test func stepsFollowEachOther() throws {
        let text = try shown([
            (0, status(vertex("[internal] load build definition from Dockerfile", from: 0))),
            (
                0,
                part(
                    "[internal] load build definition from Dockerfile", "transferring dockerfile:", 123, of: 0, at: 0,
                    done: true)
            ),
            (0, status(vertex("[internal] load build definition from Dockerfile", from: 0, to: 0.04))),
            (0.1, status(vertex("[1/2] FROM docker.io/library/busybox", from: 0.1, to: 0.1, cached: true))),
            (0.1, status(vertex("[2/2] RUN echo hi"))),
            (0.2, status(vertex("[2/2] RUN echo hi", from: 0.2))),
            (0.3, log("[2/2] RUN echo hi", "hi\nthere\n", at: 0.323)),
            (0.5, status(vertex("[2/2] RUN echo hi", from: 0.2, to: 0.45))),
        ])
        #expect(
            text == """
                #1 [internal] load build definition from Dockerfile
                #1 transferring dockerfile: 123B done
                #1 DONE 0.0s

                #2 [1/2] FROM docker.io/library/busybox
                #2 CACHED

                #3 [2/2] RUN echo hi
                #3 0.123 hi
                #3 0.123 there
                #3 DONE 0.2s

                """)
    }

    @Test func aFailureIsShownAgainAtTheEnd() throws {
        let error = "process \"/bin/sh -c echo no; exit 7\" did not complete successfully: exit code: 7"
        let text = try shown([
            (0, status(vertex("[2/2] RUN echo no; exit 7", from: 0))),
            (1, log("[2/2] RUN echo no; exit 7", "no\n", at: 12.5)),
            (2, status(vertex("[2/2] RUN echo no; exit 7", from: 0, to: 2, error: error))),
            (2, status(vertex("[other 1/1] RUN x", from: 0, to: 2, error: "context canceled"))),
        ])
        #expect(
            text == """
                #1 [2/2] RUN echo no; exit 7
                #1 12.50 no
                #1 ERROR: \(error)

                #2 [other 1/1] RUN x
                #2 CANCELED
                ------
                 > [2/2] RUN echo no; exit 7:
                12.50 no
                ------

                """)
    }

    @Test func linesThatAreNotWholeGoOn() throws {
        let text = try shown([
            (0, status(vertex("a", from: 0))), (0, log("a", "one ", at: 0.001)), (0, log("a", "two\nthr", at: 0.002)),
            (1, status(vertex("a", from: 0, to: 1))),
        ])
        #expect(text == "#1 a\n#1 0.001 one two\n#1 0.002 thr\n#1 DONE 1.0s\n")
    }

    @Test func oneStepIsShownAtATime() throws {
        let text = try shown([
            (0, status(vertex("a", from: 0))), (0, status(vertex("b", from: 0))), (0.1, log("a", "1\n", at: 0.1)),
            (0.1, log("b", "2\n", at: 0.1)), (0.5, status(vertex("b", from: 0, to: 0.5))),
            (1, log("a", "3\n", at: 1)), (1, status(vertex("a", from: 0, to: 1))),
        ])
        #expect(
            text == """
                #1 a
                #1 0.100 1
                #1 ...

                #2 b
                #2 0.100 2
                #2 DONE 0.5s

                #1 a
                #1 1.000 3
                #1 DONE 1.0s

                """)
    }

    @Test func amountsAreShownNowAndThen() throws {
        let messages = [(0, 0, false), (0.1, 10, false), (0.2, 40, false), (0.3, 500, false), (0.4, 1000, true)].map {
            (Double($0.0), part("p", "sha256:aa", Int64($0.1) * 1000, of: 1_000_000, at: Double($0.0), done: $0.2))
        }
        let text = try shown(
            [(0, status(vertex("p", from: 0)))] + messages + [(0.5, status(vertex("p", from: 0, to: 0.5)))])
        #expect(
            text == """
                #1 p
                #1 sha256:aa 0B / 1.00MB
                #1 sha256:aa 500.00kB / 1.00MB 0.3s
                #1 sha256:aa 1.00MB / 1.00MB 0.4s done
                #1 DONE 0.5s

                """)
    }
}

/// As in BuildKit's own test of its intervals.
@Suite struct StepIntervalsTests {
    private func merged(_ spans: [(Int64, Int64?)]) -> [[Int64?]] {
        StepIntervals.merged(
            spans.map { .init(start: Timestamp(seconds: $0.0), end: $0.1.map { Timestamp(seconds: $0) }) }
        ).map { [$0.start.seconds, $0.end?.seconds] }
    }

    @Test func timesThatOverlapCountOnce() {
        #expect(merged([]) == [])
        #expect(merged([(2, 4), (2, 4)]) == [[2, 4]])
        #expect(merged([(0, 1), (2, 3), (7, 8)]) == [[0, 1], [2, 3], [7, 8]])
        #expect(merged([(0, 10), (1, 2), (4, 9), (9, 10)]) == [[0, 10]])
        #expect(merged([(0, 5), (3, 8)]) == [[0, 8]])
        #expect(merged([(0, 5), (3, nil), (9, 10)]) == [[0, nil]])
        #expect(merged([(5, nil), (0, 1)]) == [[0, 1], [5, nil]])
    }
}

@Suite struct TerminalDisplayTests {
    private func display(_ screen: Screen, rows: Int = 24) -> TerminalDisplay {
        TerminalDisplay(hasColours: false, size: { (rows, 60) }, { screen.write($0) })
    }

    private func row(_ left: String, _ right: String = "") -> String {
        left + String(repeating: " ", count: 59 - left.count - right.count) + right
    }

    @Test func linesAreWrittenInPlace() throws {
        let screen = Screen()
        var display = display(screen)
        try display.update(status(vertex("[1/2] FROM busybox", from: 0), vertex("[2/2] RUN make")), now: Screen.at(0))
        #expect(
            screen.text == "\r" + row("[+] Building 0.0s (0/2)") + "\n" + row(" => [1/2] FROM busybox", "0.0s") + "\n")
        try display.update(
            status(vertex("[1/2] FROM busybox", from: 0, to: 0.5), vertex("[2/2] RUN make", from: 0.5)),
            now: Screen.at(1.5))
        let second =
            "\u{1b}[2A\r" + row("[+] Building 1.5s (1/2)") + "\n" + row(" => [1/2] FROM busybox", "0.5s") + "\n"
            + row(" => [2/2] RUN make", "1.0s") + "\n"
        #expect(screen.text.hasSuffix(second))
        try display.update(log("[2/2] RUN make", "one\n\u{1b}[31mtwo\u{1b}[0m\rthree", at: 1.6), now: Screen.at(1.7))
        #expect(screen.text.hasSuffix(row(" => => # one") + "\n" + row(" => => # three") + "\n"))
        try display.update(status(vertex("[2/2] RUN make", from: 0.5, to: 2)), now: Screen.at(2))
        try display.finish(now: Screen.at(2))
        #expect(screen.text.contains(row("[+] Building 2.0s (2/2) FINISHED")))
    }

    @Test func whatGoesOnStaysInSight() throws {
        let screen = Screen()
        var display = display(screen, rows: 5)
        let done = (1...4).map { vertex("done \($0)", from: 1, to: 1) }
        try display.update(status(vertex("open", from: 0), done[0], done[1], done[2], done[3]), now: Screen.at(2))
        for name in ["open", "done 3", "done 4"] { #expect(screen.text.contains(" => \(name) ")) }
        for name in ["done 1", "done 2"] { #expect(!screen.text.contains(" => \(name) ")) }
    }
}

@Suite struct BuildProgressTests {
    private func progress(
        _ flag: String = "", quiet: Bool = false, terminal: Bool = false, _ environment: [String: String] = [:]
    ) throws -> BuildProgress {
        try BuildProgress(flag: flag, isQuiet: quiet, isTerminal: terminal) { environment[$0] }
    }

    @Test func flagsComeBeforeVariables() throws {
        #expect(try progress() == .plain && progress(terminal: true) == .terminal)
        #expect(try progress("plain", terminal: true) == .plain && progress("rawjson") == .raw)
        #expect(try progress(["BUILDKIT_PROGRESS": "rawjson"]) == .raw)
        #expect(try progress("plain", ["BUILDKIT_PROGRESS": "rawjson"]) == .plain)
        #expect(try progress(["DOCKER_BUILDKIT": "0"]) == .classic && progress(["DOCKER_BUILDKIT": "1"]) == .plain)
        #expect(try progress("plain", ["DOCKER_BUILDKIT": "0"]) == .plain)
        #expect(try progress(quiet: true, terminal: true) == .quiet)
    }

    @Test func otherWordsAreRefused() {
        #expect(throws: CommandFailure("ERROR: invalid progress mode nice")) { try progress("nice") }
        #expect(throws: CommandFailure.self) { try progress("tty") }
        #expect(throws: CommandFailure.self) { try progress(["DOCKER_BUILDKIT": "maybe"]) }
    }

    private func progress(_ environment: [String: String]) throws -> BuildProgress { try progress("", environment) }
}

@Suite struct FixedPointTests {
    /// `fmt.Printf("%.2f")` of tonistiigi/units, as its documentation shows it.
    @Test func bytesHaveTwoDigits() {
        #expect(FixedPoint.bytes(123) == "123B" && FixedPoint.bytes(1234) == "1.23kB")
        #expect(FixedPoint.bytes(999) == "999B" && FixedPoint.bytes(3_000_000) == "3.00MB")
        #expect(FixedPoint.text(9.9996, 3) == "10.000" && FixedPoint.text(0, 1) == "0.0")
    }
}
