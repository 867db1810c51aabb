import Primitives
import Testing

@testable import Engine

@Suite struct TextTests {
    @Test func commandsQuoteArgumentsWithBlanks() {
        #expect(CommandText.text(path: "sh", arguments: ["-c", "echo hi"]) == "sh -c 'echo hi'")
    }

    @Test func statusTexts() {
        let now = Timestamp(nanoseconds: 10_000_000_000_000)
        var state = RunState()
        #expect(StatusText.text(for: state, now: now) == "Created")
        state.phase = .running
        state.startedAt = Timestamp(nanoseconds: now.nanoseconds - 300_000_000_000)
        #expect(StatusText.text(for: state, now: now) == "Up 5 minutes")
        state.phase = .paused
        #expect(StatusText.text(for: state, now: now) == "Up 5 minutes (Paused)")
        state.phase = .exited
        state.exitCode = 137
        state.finishedAt = Timestamp(nanoseconds: now.nanoseconds - 7_200_000_000_000)
        #expect(StatusText.text(for: state, now: now) == "Exited (137) 2 hours ago")
    }

    /// As Docker, whose containers stay what they were until their process runs.
    @Test func aStartIsNoStateOfItsOwn() {
        let now = Timestamp(nanoseconds: 10_000_000_000_000)
        var state = RunState(phase: .starting)
        #expect(state.statusName == "created" && !state.isRunning)
        state.startedAt = Timestamp(nanoseconds: 1)
        state.finishedAt = Timestamp(nanoseconds: now.nanoseconds - 7_200_000_000_000)
        #expect(StatusText.text(for: state, now: now) == "Exited (0) 2 hours ago" && !state.isRunning)
        state.startsAgain = true
        #expect(StatusText.text(for: state, now: now) == "Restarting (0) 2 hours ago" && state.isRunning)
    }

    @Test(arguments: [
        ("^/web$", "/web", true), ("we", "/web", true), ("^/we$", "/web", false), ("a|web", "/web", true),
    ])
    func namePatternsAreExpressions(_ pattern: String, _ subject: String, _ matches: Bool) {
        #expect(TextPattern(pattern).matches(subject) == matches)
    }

    @Test func brokenExpressionsAreText() {
        #expect(TextPattern("a[").matches("xa[y"))
        #expect(!TextPattern("a[").matches("xay"))
    }
}
