internal import APIModel
internal import Primitives

/// What the messages of a build have told so far.
struct BuildTrace {
    private(set) var steps: [BuildStep] = []
    private var byDigest: [String: Int] = [:]
    /// Indexes of steps that have started, in that order.
    private(set) var started: [Int] = []
    /// Indexes of steps that were told of since they were last shown.
    var changed: Set<Int> = []
    /// When the first step started, by the clock here.
    private(set) var startTime: Timestamp?
    /// Nanoseconds that the clock here is ahead of the engine's, and that a message took.
    private var clockDifference: Int64?

    subscript(index: Int) -> BuildStep {
        get { steps[index] }
        set { steps[index] = newValue }
    }

    mutating func take(_ status: BuildStatus, now: Timestamp) {
        for vertex in status.vertexes { take(vertex, now) }
        for part in status.statuses { change(part.vertex, now) { $0.set(part) } }
        for warning in status.warnings { change(warning.vertex, now) { $0.warnings.append(warning) } }
        for log in status.logs {
            guard let bytes = Base64.decode(log.data) else { continue }
            let time = (try? Timestamp(parsing: log.timestamp)) ?? now
            change(log.vertex, now) { $0.add(bytes, at: time) }
        }
    }

    private mutating func take(_ vertex: BuildVertex, _ now: Timestamp) {
        let known = byDigest[vertex.digest]
        let index = known ?? steps.count
        if known == nil {
            byDigest[vertex.digest] = index
            steps.append(BuildStep(vertex))
        }
        guard let start = vertex.started.flatMap({ try? Timestamp(parsing: $0) }) else {
            if !steps[index].intervals.isStarted { steps[index].vertex = vertex }
            return
        }
        if startTime == nil { startTime = now }
        if clockDifference == nil, !ClientStep.is(vertex) {
            clockDifference = now.nanoseconds &- start.nanoseconds
        }
        let isNews = vertex != steps[index].vertex || !steps[index].intervals.isStarted
        if !steps[index].intervals.isStarted { started.append(index) }
        steps[index].vertex = vertex
        steps[index].intervals.set(start, vertex.completed.flatMap { try? Timestamp(parsing: $0) })
        guard isNews else { return }
        steps[index].note(now)
        changed.insert(index)
    }

    private mutating func change(_ digest: String, _ now: Timestamp, _ body: (inout BuildStep) -> Void) {
        guard let index = byDigest[digest] else { return }
        body(&steps[index])
        steps[index].note(now)
        changed.insert(index)
    }

    /// The engine's time now.
    func engineTime(_ now: Timestamp) -> Timestamp { Timestamp(nanoseconds: now.nanoseconds &- (clockDifference ?? 0)) }

    var finishedCount: Int { steps.count { $0.intervals.isOver } }

    /// What failed steps printed last.
    var failures: String {
        started.map { steps[$0] }.filter(\.hasFailed).map { step in
            let lines = (step.shownLines + step.lines).map { String(decoding: $0, as: UTF8.self) + "\n" }
            return "------\n > \(step.vertex.name):\n\(lines.joined())------\n"
        }.joined()
    }
}
