import APIModel
import Testing

@testable import Engine

@Suite struct RestartBackoffTests {
    private func policy(_ name: String, _ retries: Int = 0) -> RestartPolicy {
        var policy = RestartPolicy()
        policy.name = name
        policy.maximumRetryCount = retries
        return policy
    }

    private func waits(_ count: Int, lasting: Duration = .seconds(1)) -> [Duration] {
        var backoff = RestartBackoff()
        return (0..<count).compactMap { _ in
            let decision = backoff.afterExit(code: 1, lasted: lasting, policy: policy("always"), stoppedByUser: false)
            guard case .restart(let delay) = decision else { return nil }
            return delay
        }
    }

    @Test func waitsDoubleFromTwoHundredMilliseconds() {
        #expect(waits(4) == [.milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1600)])
    }

    @Test func waitsAreBoundedByAMinute() {
        #expect(waits(20).last == .seconds(60))
    }

    @Test func runsOfMoreThanTenSecondsWaitAHundredMilliseconds() {
        #expect(waits(3, lasting: .seconds(11)) == [.milliseconds(100), .milliseconds(100), .milliseconds(100)])
    }

    @Test func onFailureLeavesSuccessAlone() {
        var backoff = RestartBackoff()
        let decision = backoff.afterExit(
            code: 0, lasted: .seconds(1), policy: policy("on-failure"), stoppedByUser: false)
        #expect(decision == .stay)
    }

    @Test func onFailureStopsAfterItsRetries() {
        var backoff = RestartBackoff()
        let decisions = (0..<4).map { _ in
            backoff.afterExit(code: 3, lasted: .zero, policy: policy("on-failure", 2), stoppedByUser: false)
        }
        #expect(decisions.map { $0 == .stay } == [false, false, true, true])
    }

    @Test(arguments: ["always", "unless-stopped", "on-failure"])
    func whoIsStoppedByHandStays(_ name: String) {
        var backoff = RestartBackoff()
        let decision = backoff.afterExit(code: 137, lasted: .seconds(1), policy: policy(name), stoppedByUser: true)
        #expect(decision == .stay)
    }

    @Test(arguments: ["", "no"])
    func withoutAPolicyNothingRestarts(_ name: String) {
        var backoff = RestartBackoff()
        #expect(backoff.afterExit(code: 1, lasted: .zero, policy: policy(name), stoppedByUser: false) == .stay)
    }
}
