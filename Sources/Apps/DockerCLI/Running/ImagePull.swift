internal import EngineClient
internal import HostSystem
internal import Primitives

/// Fetches an image and shows how that goes.
struct ImagePull {
    let invocation: Invocation
    var platform = ""

    /// Errors: what the engine says, in its answer or within the stream.
    func pull(_ reference: ImageReference, allTags: Bool = false, to output: Descriptor?) throws {
        var query = Query()
        query["fromImage"] = reference.repository
        if let digest = reference.digest {
            query["tag"] = digest.description
        } else if !allTags {
            query["tag"] = reference.tag
        }
        if !platform.isEmpty { query["platform"] = platform }
        try ProgressDisplay.show(
            invocation.client, "/images/create\(query.text)", headers: invocation.registryHeaders(for: reference),
            to: output)
    }
}
