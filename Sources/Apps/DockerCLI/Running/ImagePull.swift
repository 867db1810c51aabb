internal import EngineClient
internal import HostSystem
internal import Primitives

/// Fetches an image and shows how that goes.
struct ImagePull {
    var client: EngineClient
    var platform = ""

    /// Errors: what the engine says, in its answer or within the stream.
    func pull(_ reference: ImageReference, allTags: Bool = false, to output: Descriptor) throws {
        var query = Query()
        query["fromImage"] = reference.repository
        if let digest = reference.digest {
            query["tag"] = digest.description
        } else if !allTags {
            query["tag"] = reference.tag
        }
        if !platform.isEmpty { query["platform"] = platform }
        try ProgressDisplay.show(client, "/images/create\(query.text)", to: output)
    }
}
