internal import EngineClient
internal import HostSystem
internal import OrderedJSON
internal import Primitives

extension Invocation {
    /// Pushes an image that was built, under each of its names; the digest that the last one has in its registry, if it was told.
    func push(_ names: [String], showing output: Descriptor?) throws -> String? {
        var digest: String?
        for name in names {
            let reference = try ImageReference(parsing: name).withDefaultTag
            var query = Query()
            query["tag"] = reference.tag
            try ProgressDisplay.show(
                client, "/images/\(EngineClient.escape(reference.repository))/push\(query.text)",
                headers: registryHeaders(for: reference), to: output
            ) { digest = $0["Digest"]?.stringValue ?? digest }
        }
        return digest
    }
}
