public import APIModel
internal import Dockerfile
internal import OrderedJSON
internal import Primitives
internal import Synchronization

/// A build's words as Docker's classic builder says them.
public final class ClassicTranscript: BuildProgress {
    private let plan: BuildPlan
    private let style: BuildRequest.StepStyle
    private let send: ProgressReport
    private let queue: Mutex<StageQueue>
    /// The stage whose failure ends the build.
    private let failed = Mutex<Int?>(nil)

    public init(_ plan: BuildPlan, steps style: BuildRequest.StepStyle, _ send: @escaping ProgressReport) {
        self.plan = plan
        self.style = style
        self.send = send
        queue = Mutex(StageQueue(order: plan.order))
    }

    /// The ARGs in front of the first FROM are steps, too.
    public func begin() {
        for (index, instruction) in plan.globalArguments.enumerated() {
            send(ProgressMessage(stream: line(instruction, number: index)))
        }
    }

    public func report(_ event: StepEvent, of step: StepID) {
        if case .failed = event { failed.withLock { $0 = $0 ?? step.stage } }
        guard let message = message(event, step) else { return }
        say { queue in queue.add(message, of: step.stage) }
    }

    public func finished(stage: Int, image: String) {
        say { queue in
            // As Docker's: each stage's id, too.
            let messages = image.isEmpty ? [] : queue.add(ProgressMessage(imageID: image), of: stage)
            return messages + queue.end(stage)
        }
    }

    /// What waits to be said: after a failure only the words of the stage that failed are of interest.
    public func end() {
        let failed = failed.withLock(\.self)
        say { $0.takeAll(of: failed) }
    }

    /// With the lock held, so that messages keep their order; sending only hands them on.
    private func say(_ next: (inout StageQueue) -> [ProgressMessage]) {
        queue.withLock { queue in for message in next(&queue) { send(message) } }
    }

    private func message(_ event: StepEvent, _ step: StepID) -> ProgressMessage? {
        switch event {
        case .started: ProgressMessage(stream: line(of: step))
        case .cached: ProgressMessage(stream: " ---> Using cache\n")
        case .runningIn(let container): ProgressMessage(stream: " ---> Running in \(container.prefix(12))\n")
        case .removed(let container): ProgressMessage(stream: removal(of: container))
        case .output(let stream, let bytes): output(stream, bytes)
        case .transfer(let message): message
        case .note(let text): ProgressMessage(stream: text + "\n")
        case .finished(let image): image.map { ProgressMessage(stream: " ---> \(Self.short($0))\n") }
        case .failed: nil
        }
    }

    private func removal(of container: String) -> String {
        style == .ofTotal
            ? " ---> Removed intermediate container \(container.prefix(12))\n"
            : "Removing intermediate container \(container.prefix(12))\n"
    }

    private func output(_ stream: Int, _ bytes: [UInt8]) -> ProgressMessage? {
        let text = String(decoding: bytes, as: UTF8.self)
        return ProgressMessage(stream: stream == 2 ? "\u{1B}[91m\(text)\u{1B}[0m" : text)
    }

    static func short(_ id: String) -> String {
        String((id.hasPrefix("sha256:") ? id.dropFirst(7) : id[...]).prefix(12))
    }
}

// `Step 2/5 : RUN make`
extension ClassicTranscript {
    private func line(of step: StepID) -> String {
        let stage = plan.graph.nodes[step.stage].stage
        let number = plan.offset(of: step.stage) + step.index
        if step.index == 0 { return line(stage.instruction, number: number) }
        let index = step.index - 1
        guard stage.instructions.indices.contains(index) else {
            let label = plan.labels[index - stage.instructions.count]
            return line("LABEL \(label.key)=\(label.value)", number: number)
        }
        return line(stage.instructions[index], number: number)
    }

    private func line(_ instruction: Instruction, number: Int) -> String {
        line(style == .ofTotal ? instruction.text : StepText.old(instruction), number: number)
    }

    private func line(_ text: String, number: Int) -> String {
        switch style {
        case .fromZero: "Step \(number) : \(text)\n"
        case .fromOne: "Step \(number + 1) : \(text)\n"
        case .ofTotal: "Step \(number + 1)/\(plan.stepCount) : \(text)\n"
        }
    }
}

extension ProgressMessage {
    /// What programs read of a build: the image's id.
    public init(imageID: String) {
        self.init()
        aux = .object(["ID": .string(imageID)])
    }
}
