public import APIModel

/// Which step of a build: its stage by number, and its place in there, the FROM being 0.
public struct StepID: Sendable, Hashable {
    public var stage: Int
    public var index: Int

    public init(stage: Int, index: Int) {
        self.stage = stage
        self.index = index
    }
}

/// What happens to a step.
public enum StepEvent: Sendable {
    case started
    /// It was made before: nothing is done.
    case cached
    /// A container runs the step's command.
    case runningIn(container: String)
    case removed(container: String)
    /// What its command prints; 1 is output, 2 errors.
    case output(stream: Int, [UInt8])
    /// Of a base that is fetched, of a file that is.
    case transfer(ProgressMessage)
    /// A line about it.
    case note(String)
    /// The id of its image, which is empty for nothing. Nil: the step is part of a later one's image.
    case finished(image: String?)
    case failed(String)
}

/// Hears of everything, from any thread; events of one step in order.
public protocol BuildProgress: Sendable {
    /// Before anything is done.
    func begin()
    func report(_ event: StepEvent, of step: StepID)
    /// A stage has all its steps. The image's id.
    func finished(stage: Int, image: String)
    /// Nothing more comes.
    func end()
}

/// One step's way to say what happens to it.
public struct StepReport: Sendable {
    public let id: StepID
    private let progress: any BuildProgress

    init(_ id: StepID, _ progress: any BuildProgress) {
        self.id = id
        self.progress = progress
    }

    public func callAsFunction(_ event: StepEvent) { progress.report(event, of: id) }
}
