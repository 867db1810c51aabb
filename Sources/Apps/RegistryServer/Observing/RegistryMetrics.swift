internal import HTTPServer
internal import Primitives
internal import Synchronization

/// Counters since the start, in Prometheus's text form. Their labels are closed sets, so that no client makes them grow.
final class RegistryMetrics: Sendable {
    private struct Key: Hashable {
        var handler: String
        var method: String
        var code: Int
    }

    private struct Duration {
        var buckets = [Int](repeating: 0, count: RegistryMetrics.bounds.count)
        var count = 0
        var seconds = 0.0
    }

    private struct State {
        var requests: [Key: Int] = [:]
        var durations: [String: Duration] = [:]
        var inFlight = 0
        var written: Int64 = 0
        var events: [String: (successes: Int, failures: Int, pending: Int)] = [:]
        var mirrored: (hits: Int, misses: Int) = (0, 0)
    }

    /// Seconds.
    static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    private let state = Mutex(State())

    func began() { state.withLock { $0.inFlight += 1 } }

    func ended(_ line: AccessLine) {
        let handler = line.route?.kind ?? "none"
        let method = Self.methods.contains(line.request.method) ? line.request.method : "other"
        let (whole, fraction) = line.duration.components
        let seconds = Double(whole) + Double(fraction) / 1e18
        state.withLock { state in
            state.inFlight -= 1
            state.written += line.written
            state.requests[Key(handler: handler, method: method, code: line.status), default: 0] += 1
            var duration = state.durations[handler] ?? Duration()
            duration.count += 1
            duration.seconds += seconds
            for (index, bound) in Self.bounds.enumerated() where seconds <= bound { duration.buckets[index] += 1 }
            state.durations[handler] = duration
        }
    }

    func delivered(_ endpoint: String, succeeded: Bool, pending: Int) {
        state.withLock { state in
            var counts = state.events[endpoint] ?? (0, 0, 0)
            if succeeded { counts.successes += 1 } else { counts.failures += 1 }
            counts.pending = pending
            state.events[endpoint] = counts
        }
    }

    func mirrored(hit: Bool) {
        state.withLock { if hit { $0.mirrored.hits += 1 } else { $0.mirrored.misses += 1 } }
    }

    /// Prometheus's exposition format, version 0.0.4.
    func text() -> String {
        let state = state.withLock { $0 }
        var text = ""
        func describe(_ name: String, _ kind: String, _ help: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
        }
        describe("registry_http_requests_total", "counter", "Requests that were answered.")
        for (key, count) in state.requests.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            let labels = "handler=\"\(key.handler)\",method=\"\(key.method.lowercased())\",code=\"\(key.code)\""
            text += "registry_http_requests_total{\(labels)} \(count)\n"
        }
        describe("registry_http_in_flight_requests", "gauge", "Requests that are being answered.")
        text += "registry_http_in_flight_requests \(state.inFlight)\n"
        describe("registry_http_response_bytes_total", "counter", "Bytes of the answers' bodies.")
        text += "registry_http_response_bytes_total \(state.written)\n"
        describe("registry_http_request_duration_seconds", "histogram", "How long answers took.")
        for (handler, duration) in state.durations.sorted(by: { $0.key < $1.key }) {
            let name = "registry_http_request_duration_seconds"
            for (bound, count) in zip(Self.bounds, duration.buckets) {
                text += "\(name)_bucket{handler=\"\(handler)\",le=\"\(bound)\"} \(count)\n"
            }
            text += "\(name)_bucket{handler=\"\(handler)\",le=\"+Inf\"} \(duration.count)\n"
            text += "\(name)_sum{handler=\"\(handler)\"} \(duration.seconds)\n"
            text += "\(name)_count{handler=\"\(handler)\"} \(duration.count)\n"
        }
        describe("registry_notifications_events_total", "counter", "Tries to deliver an event, by endpoint.")
        describe("registry_notifications_pending", "gauge", "Events that wait, by endpoint.")
        for (endpoint, counts) in state.events.sorted(by: { $0.key < $1.key }) {
            let label = "endpoint=\"\(Self.escaped(endpoint))\""
            text += "registry_notifications_events_total{\(label),type=\"success\"} \(counts.successes)\n"
            text += "registry_notifications_events_total{\(label),type=\"failure\"} \(counts.failures)\n"
            text += "registry_notifications_pending{\(label)} \(counts.pending)\n"
        }
        describe("registry_proxy_requests_total", "counter", "Pulls through the cache.")
        text += "registry_proxy_requests_total{type=\"hit\"} \(state.mirrored.hits)\n"
        text += "registry_proxy_requests_total{type=\"miss\"} \(state.mirrored.misses)\n"
        return text
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
