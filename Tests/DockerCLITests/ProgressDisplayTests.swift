import HostSystem
import OrderedJSON
import Primitives
import Testing

@testable import DockerCLI

/// `Golden/progress.json` holds streams, and what docker 28.2.2 wrote for each to a pipe and to terminals of 40 and 120
/// columns.
@Suite struct ProgressDisplayTests {
    private static func recorded() throws -> JSONValue {
        let folder = try #require(#filePath.lastIndex(of: "/").map { #filePath[..<$0] })
        let bytes = try PrivateFile.read("\(folder)/Golden/progress.json", limit: 1 << 20)
        return try JSONValue(parsing: try #require(bytes))
    }

    @Test(
        arguments: ["pull", "units", "twice", "failure", "load"],
        ["piped", "40", "120"])
    func screensAreDockers(_ name: String, _ width: String) throws {
        let record = try #require(try Self.recorded()[name])
        let complaint = record["complaint"]?.stringValue ?? ""
        var shown = ""
        // Without time there is no pace, which docker doesn't show.
        let start = ContinuousClock.now
        var display = ProgressDisplay(width: { Int(width) }, clock: { start }, write: { shown += $0 })
        var failure = ""
        do {
            for message in record["messages"]?.arrayValue ?? [] where message["aux"] == nil {
                try display.show(message)
            }
        } catch {
            failure = Failure.text(error)
        }
        #expect(shown == record["shown"]?[width]?.stringValue)
        #expect(failure == complaint)
    }

    /// As docker's jsonmessage computes it: the time per byte until now, for the bytes that are left.
    @Test(arguments: [
        (1000, 10, " 10s"), (2500, 90, " 1m30s"), (100, 3600, " 11h0m0s"), (2000, 20, ""), (1, 0, " 0s"),
    ])
    func theTimeLeftIsExtrapolated(_ current: Int64, _ passed: Int64, _ shown: String) {
        let total: Int64 = current == 2500 ? 5000 : current == 100 ? 1200 : 2000
        let bar = ProgressBar(["current": .integer(current), "total": .integer(total), "start": 1_000_000])
        let now = Timestamp(seconds: 1_000_000 + passed)
        let amounts = ByteCount(current).decimal(spaced: false) + "/" + ByteCount(total).decimal(spaced: false)
        #expect(bar.text(width: 80, now: now).hasSuffix(amounts + shown))
        #expect(bar.text(width: 50, now: now).hasSuffix(amounts))
    }

    @Test func whatIsNoAmountIsNothing() {
        for detail: JSONObject in [[:], ["current": 0, "total": 0], ["current": -1, "total": -5], ["current": "x"]] {
            #expect(ProgressBar(detail).text(width: 120, now: .now()) == "")
        }
        let odd = ProgressBar(["current": .integer(.max), "total": .integer(.max), "start": 1])
        #expect(odd.text(width: 120, now: .now()).contains("[==================================================>]"))
    }

    @Test func anErrorInTheStreamIsOne() throws {
        let engine = try FakeEngine(
            200, #"{"status":"one"}"# + "\r\n" + #"{"errorDetail":{"code":401,"message":"no"},"error":"no"}"# + "\r\n")
        defer { engine.close() }
        let (_, text, code) = try engine.docker(["pull", "busybox"])
        #expect(text == "one\nAuthentication is required.\n" && code == 1)
    }
}
