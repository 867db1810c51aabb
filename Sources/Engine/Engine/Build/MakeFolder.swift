internal import GraphDrivers
internal import ImageBuilder
internal import ImageStore
internal import LinuxSystem
internal import Primitives

extension BuildSession {
    /// WORKDIR: the folder is there afterwards.
    func makeFolder(_ path: String, _ plan: ImagePlan) async throws(EngineError) -> BuiltImage {
        try await engine.workers.run { [self] in
            try changingFiles(plan) { root in
                let root = RootDirectory(try root.fd.duplicate())
                do {
                    guard try root.open(path, making: .directory).stat().kind == .directory else {
                        throw EngineError(.badParameter, "Cannot mkdir: \(path) is not a directory")
                    }
                } catch let error as SystemError {
                    throw EngineError(.badParameter, "Cannot mkdir: \(path): \(error.reason)", cause: error)
                }
            }
        }
    }

    /// Blocking. Makes an image of what `change` does to the files of another.
    func changingFiles(
        _ plan: ImagePlan, stop: StopSign = StopSign(), _ change: (FDBox) throws -> Void
    ) throws -> BuiltImage {
        let layer = try layer(on: try plan.parentDigest, stop: stop, change)
        defer { engine.images.letGo([layer.chainID]) }
        return try makeImage(plan, layer: layer)
    }

    /// Blocking. What `change` does to the files of an image, or to none, as a layer that is held. The root is mounted nowhere:
    /// should the engine end, nothing is left but a layer that the next one removes.
    func layer(
        on parent: Digest?, stop: StopSign, _ change: (FDBox) throws -> Void
    ) throws -> CapturedLayer {
        let id = ContainerID.random().description
        let images = engine.images
        if let parent {
            try images.createContainerLayer(id: id, image: parent)
        } else {
            try images.createContainerLayer(id: id, on: nil)
        }
        defer { engine.attempt("remove the layer of a build's step") { try images.removeContainerLayer(id: id) } }
        try change(FDBox(try engine.openRoot(of: id).open(".", [.directory])))
        try clampTimes(of: id)
        return try images.captureLayer(of: id, .consuming, check: stop.check)
    }
}
