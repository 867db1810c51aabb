public import APIModel
public import Primitives

/// An image that a step stands on, or has made.
public struct BuiltImage: Sendable {
    /// `sha256:…`; empty for `scratch`.
    public var id: String
    public var config: ContainerConfig
    public var platform: Platform
    /// Lines of its history.
    public var steps: Int
    /// Bytes of its document, which has all of its configuration and history.
    public var size: Int

    static var scratch: BuiltImage { BuiltImage(id: "", config: ContainerConfig(), platform: .host) }

    public init(id: String, config: ContainerConfig, platform: Platform, steps: Int = 0, size: Int = 0) {
        self.id = id
        self.config = config
        self.platform = platform
        self.steps = steps
        self.size = size
    }
}

/// A step that changes the configuration alone and has no image of its own: it is part of a later one's.
public struct HeldStep: Sendable, Hashable {
    /// What the history says of it.
    public var createdBy: String
    public var author: String

    /// What it adds to the image's document, about: a line of history, and what it says in the configuration, which is there
    /// twice.
    var size: Int { 100 + 3 * createdBy.utf8.count }
}

/// The image that a step makes.
public struct ImagePlan: Sendable {
    public var parent: BuiltImage
    /// Steps between the parent and this one.
    public var held: [HeldStep] = []
    /// Its run defaults.
    public var config: ContainerConfig
    /// What the step did, as Docker's `container_config`: the cache finds it by that.
    public var stepConfig: ContainerConfig
    public var author: String

    /// What the image's history says.
    public var createdBy: String { (stepConfig.cmd ?? []).joined(separator: " ") }
}

/// Does what steps say. The solver decides what is done and in which order; everything that touches files, images or
/// processes is here.
///
/// All calls may come at the same time, for different stages. Cancelling a task ends its call soon.
public protocol StepExecutor: Sendable {
    /// Sources of a copy that were found, with all that copying them needs.
    associatedtype Sources: Sendable
    /// A layer that was made from nothing and lies on nothing yet.
    associatedtype Layer: Sendable

    /// The image of a FROM, which may have to be fetched.
    func base(_ name: String, platform: Platform?, _ step: StepReport) async throws(EngineError) -> BuiltImage
    /// An image here that the same step has made before.
    func cached(_ plan: ImagePlan) async throws(EngineError) -> BuiltImage?
    /// Finds and hashes what a copy copies. `from`: the image of another stage; without one `copy.from` may be a named context.
    func sources(
        of copy: CopyStep, from: BuiltImage?, _ step: StepReport
    ) async throws(EngineError) -> (sources: Sources, key: String)
    /// A name for what is at a path of a context, and below it: another one when that has changed. `context` is as a mount's
    /// `from` names it; empty for the main one.
    func contextKey(_ path: String, of context: String) async throws(EngineError) -> String
    /// `stages`: images that its mounts name.
    func run(
        _ run: RunStep, mounting stages: [String: BuiltImage], _ plan: ImagePlan, _ step: StepReport
    ) async throws(EngineError) -> BuiltImage
    /// Of a copy that is not linked.
    func copy(
        _ copy: CopyStep, _ sources: Sources, _ plan: ImagePlan, _ step: StepReport
    ) async throws(EngineError) -> BuiltImage
    /// What a linked copy puts onto an image. `createdBy` is what the image's history is to say; a layer that was made for the
    /// same may be taken. Whoever has it gives it to `place` or to `letGo`, once.
    func layer(
        of copy: CopyStep, _ sources: Sources, createdBy: String, for platform: Platform
    ) async throws(EngineError) -> Layer
    func place(_ layer: Layer, _ plan: ImagePlan, _ step: StepReport) async throws(EngineError) -> BuiltImage
    func letGo(_ layer: Layer) async
    /// WORKDIR.
    func makeFolder(_ path: String, _ plan: ImagePlan) async throws(EngineError) -> BuiltImage
    /// An image with another configuration and the same files.
    func record(_ plan: ImagePlan) async throws(EngineError) -> BuiltImage
}
