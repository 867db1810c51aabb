public import GraphDrivers
public import ImageModel
internal import LayerFS
public import Primitives

/// What a container changed, as a layer of the store. It is held: see `letGo`.
public struct CapturedLayer: Sendable, Hashable {
    public let diffID: Digest
    /// The name of the stack that it is the top of.
    public let chainID: Digest
    /// Bytes of the regular files.
    public let size: Int64

    /// The tar without entries. Images do without such a layer.
    public var isEmpty: Bool { Self.isEmpty(diffID) }
    static func isEmpty(_ diffID: Digest) -> Bool { diffID.hex == emptyTar }
    private static let emptyTar = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
}

/// An image that stands on another, as commits and builds make them.
public struct ImageStep: Sendable {
    /// Nil: it begins a new stack.
    public var parent: Digest?
    /// Everything but `diffIDs` and `history`, which are the parent's with those of this step behind them.
    public var draft: ImageConfigDraft
    /// Whether it has a layer is filled in.
    public var history: ImageHistoryEntry
    /// Steps before it that have no image of their own, and no layer.
    public var earlier: [ImageHistoryEntry] = []
    public var names: [ImageReference]

    public init(
        parent: Digest?, draft: ImageConfigDraft, history: ImageHistoryEntry, names: [ImageReference] = []
    ) {
        self.parent = parent
        self.draft = draft
        self.history = history
        self.names = names
    }
}

extension ImageStore {
    /// Makes a layer of what a container changed; the same layer is there once, whoever made it first. `.consuming` takes
    /// the container's files, which can then only be removed. Absolute paths in `unseen` are no part of the layer. `check` ends
    /// the work by an error; then a consumed container can only be removed too.
    ///
    /// A crash leaves nothing. Errors: `notFound` for the container's layer, `badParameter` for a stack too deep.
    public func captureLayer(
        of container: String, _ mode: CaptureMode, without unseen: Set<String> = [],
        check: @escaping @Sendable () throws -> Void = {}
    ) throws(EngineError) -> CapturedLayer {
        guard let parent = table.containers[container] else {
            throw EngineError(.notFound, "container layer \(container) does not exist")
        }
        let row = try makeLayer(on: parent) { id throws in
            try driver.capture(container, as: id, mode, without: unseen, check: check)
        }
        return CapturedLayer(diffID: row.diffID, chainID: row.chainID, size: row.size)
    }

    /// Makes the image of a step, with a layer that lies on the parent's, or with none. One transaction: it is there with
    /// its names, or not at all. Errors: `notFound` for the parent, `badParameter` for too many layers.
    public func makeImage(
        _ step: ImageStep, layer: CapturedLayer? = nil, keptIn kept: KeptImages? = nil
    ) throws(EngineError) -> Image {
        let base = try step.parent.map { id throws(EngineError) in try pinned(id) }
        defer { release(base?.chainIDs ?? []) }
        let layer = layer.flatMap { $0.isEmpty ? nil : $0 }
        var (draft, history) = (step.draft, step.history)
        history.isEmptyLayer = layer == nil
        draft.diffIDs = (base?.config.diffIDs ?? []) + [layer?.diffID].compactMap(\.self)
        draft.history = (base?.config.history ?? []) + step.earlier + [history]
        return try register(
            ImageConfig(parsing: draft.serialized()), parent: step.parent, names: step.names, isBuiltHere: true,
            keptIn: kept)
    }

    /// Makes an image of what a container changed (`docker commit`).
    public func commit(
        containerLayer id: String, _ step: ImageStep, _ mode: CaptureMode = .keeping, without unseen: Set<String> = []
    ) throws(EngineError) -> Image {
        let layer = try captureLayer(of: id, mode, without: unseen)
        defer { letGo([layer.chainID]) }
        return try makeImage(step, layer: layer)
    }

    func pinned(_ id: Digest) throws(EngineError) -> ImageTable.ImageRow {
        try change { table in
            guard let row = table.images[id] else { throw EngineError(.notFound, "No such image: \(id)") }
            for chainID in row.chainIDs { pins.add(chainID) }
            return row
        }
    }
}
