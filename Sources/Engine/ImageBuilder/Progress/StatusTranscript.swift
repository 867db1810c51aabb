public import APIModel
internal import Dockerfile
internal import OrderedJSON
public import Primitives
internal import Synchronization

/// A build as BuildKit's status objects: steps that change files are vertexes, the others are not seen.
public final class StatusTranscript: BuildProgress {
    private struct State {
        var vertexes: [StepID: BuildVertex] = [:]
    }

    private let plan: BuildPlan
    private let send: ProgressReport
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    public init(
        _ plan: BuildPlan, now: @escaping @Sendable () -> Timestamp = { .now() }, _ send: @escaping ProgressReport
    ) {
        self.plan = plan
        self.now = now
        self.send = send
    }

    /// Tells of all steps, before any begins.
    public func begin() {
        var status = BuildStatus()
        state.withLock { state in
            for number in plan.order {
                for vertex in vertexes(of: number) {
                    state.vertexes[vertex.step] = vertex.vertex
                    status.vertexes.append(vertex.vertex)
                }
            }
        }
        say(status)
    }

    public func report(_ event: StepEvent, of step: StepID) {
        var status = BuildStatus()
        let time = now().description
        state.withLock { state in
            guard var vertex = state.vertexes[step] else { return }
            switch event {
            case .started: vertex.started = time
            case .cached: vertex.cached = true
            case .finished: vertex.completed = time
            case .failed(let text):
                vertex.error = text
                vertex.completed = time
            case .output(let stream, let bytes):
                status.logs = [log(vertex, stream, bytes, time)]
                return
            case .note(let text):
                if !text.isEmpty { status.logs = [log(vertex, 2, Array((text + "\n").utf8), time)] }
                return
            case .transfer(let message):
                status.statuses = [transfer(vertex, message, time)]
                return
            case .runningIn, .removed: return
            }
            state.vertexes[step] = vertex
            // BuildKit marks a hit when the step is told of as done.
            if case .cached = event { return }
            status.vertexes = [vertex]
        }
        say(status)
    }

    public func finished(stage: Int, image: String) {}
    public func end() {}

    private func say(_ status: BuildStatus) {
        guard !status.isEmpty, let aux = try? OrderedJSONEncoder().encodeValue(status) else { return }
        var message = ProgressMessage(id: BuildStatus.messageID)
        message.aux = aux
        send(message)
    }

    private func log(_ vertex: BuildVertex, _ stream: Int, _ bytes: [UInt8], _ time: String) -> BuildVertexLog {
        BuildVertexLog(vertex: vertex.digest, stream: stream, data: Base64.encode(bytes), timestamp: time)
    }

    private func transfer(_ vertex: BuildVertex, _ message: ProgressMessage, _ time: String) -> BuildVertexStatus {
        var status = BuildVertexStatus(
            id: message.id ?? message.status ?? "transfer", vertex: vertex.digest, name: message.status ?? "",
            current: message.progressDetail?.current ?? 0, total: message.progressDetail?.total ?? 0)
        (status.timestamp, status.started) = (time, time)
        let ends = ["complete", "Complete", "exists", "Digest:", "Status:"]
        if ends.contains(where: { message.status?.contains($0) == true }) { status.completed = time }
        return status
    }
}

// Names and digests of steps.
extension StatusTranscript {
    private func vertexes(of number: Int) -> [(step: StepID, vertex: BuildVertex)] {
        let stage = plan.graph.nodes[number].stage
        let shown = stage.instructions.indices.filter { stage.instructions[$0].statement.changesFiles }
        let name = stage.from.stage ?? (plan.order.count > 1 ? "stage-\(number)" : "")
        func label(_ place: Int) -> String { "[\(name.isEmpty ? "" : name + " ")\(place)/\(shown.count + 1)] " }
        let from = BuildVertex(
            digest: digest(number, 0), inputs: inputs(of: plan.graph.nodes[number].base),
            name: label(1) + "FROM " + plan.graph.nodes[number].from.base)
        var result = [(StepID(stage: number, index: 0), from)]
        for (place, index) in shown.enumerated() {
            let text = StepText.oneLine(stage.instructions[index].text)
            let others = stage.instructions[index].statement.source.map { inputs(named: $0) } ?? []
            let before = result.last?.1.digest ?? ""
            let vertex = BuildVertex(
                digest: digest(number, index + 1), inputs: [before] + others, name: label(place + 2) + text)
            result.append((StepID(stage: number, index: index + 1), vertex))
        }
        return result
    }

    private func inputs(named name: String) -> [String] {
        (try? plan.graph.source(named: name)).map { inputs(of: $0) } ?? []
    }

    /// The last step of a stage that is seen.
    private func inputs(of source: StageGraph.Source) -> [String] {
        guard case .stage(let number) = source else { return [] }
        let instructions = plan.graph.nodes[number].stage.instructions
        return [digest(number, (instructions.lastIndex { $0.statement.changesFiles } ?? -1) + 1)]
    }

    /// A name for a step of this Dockerfile.
    private func digest(_ stage: Int, _ index: Int) -> String {
        let node = plan.graph.nodes[stage]
        let text = index == 0 ? node.from.base : node.stage.instructions[index - 1].text
        return Digest.sha256(of: Array("\(stage) \(index) \(text)".utf8)).description
    }
}

extension Statement {
    /// It has a layer, or a folder that is made; all others change the configuration alone.
    var changesFiles: Bool {
        switch self {
        case .run, .copy, .add, .workdir: true
        default: false
        }
    }

    /// The stage or image that a copy is from.
    fileprivate var source: String? {
        if case .copy(let copy) = self { copy.from } else { nil }
    }
}
