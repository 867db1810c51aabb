internal import APIModel
internal import Primitives

/// What becomes of a build's image: the engine keeps it under its names, the client fetches it, or both.
struct BuildOutputs: Sendable, Equatable {
    /// Without outputs the image is kept, as ever.
    var keepsImage: Bool
    /// Of an image that is kept.
    var names: [ImageReference]
    var isFetched: Bool

    /// Errors: `badParameter` for names and outputs that are none.
    init(_ request: BuildRequest) throws(EngineError) {
        let kept = request.outputs.filter { $0.type == "image" }
        keepsImage = request.outputs.isEmpty || !kept.isEmpty
        isFetched = kept.count < request.outputs.count
        var texts = request.tags
        for output in request.outputs {
            try Self.check(output)
            guard output.type == "image", let text = output.attributes["name"] else { continue }
            texts += text.split(separator: ",").map(String.init)
        }
        let all = try texts.map { text throws(EngineError) in
            let name = try ImageReference(parsing: text).refusingReserved()
            guard name.digest == nil else {
                throw EngineError(.badParameter, "build tag cannot contain a digest")
            }
            return name.withDefaultTag
        }
        names = []
        for name in keepsImage ? all : [] where !names.contains(name) { names.append(name) }
    }

    private static func check(_ output: BuildOutput) throws(EngineError) {
        guard output.type == "image" || output.type == "local" || BuildResultRequest.Form(rawValue: output.type) != nil
        else { throw EngineError(.badParameter, "unknown output of a build: \(output.type)") }
        for name in output.attributes.keys.sorted() where !(name == "name" && output.type == "image") {
            throw EngineError(.badParameter, "output \(output.type) of a build: unknown attribute \(name)")
        }
    }
}
