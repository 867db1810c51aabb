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

    /// Blocking. Makes an image of what `change` does to the files of another. The root is mounted nowhere: should the engine
    /// end, nothing is left but a layer that the next one removes.
    func changingFiles(_ plan: ImagePlan, _ change: (FDBox) throws -> Void) throws -> BuiltImage {
        let id = ContainerID.random().description
        let images = engine.images
        if let parent = try plan.parentDigest {
            try images.createContainerLayer(id: id, image: parent)
        } else {
            try images.createContainerLayer(id: id, on: nil)
        }
        defer { engine.attempt("remove the layer of a build's step") { try images.removeContainerLayer(id: id) } }
        try change(FDBox(try engine.openRoot(of: id).open(".", [.directory])))
        try clampTimes(of: id)
        let layer = try images.captureLayer(of: id, .consuming)
        defer { images.letGo([layer.chainID]) }
        return try makeImage(plan, layer: layer)
    }
}
