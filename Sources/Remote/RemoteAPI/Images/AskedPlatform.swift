internal import APIModel
internal import OrderedJSON
internal import Primitives

extension Call {
    /// The platform that the query names as OCI writes it, in JSON, from an API version on; nil without one. Errors:
    /// `badParameter` for what is none, and for several, which these versions of the API don't have.
    func askedPlatform(since version: Int, _ key: String = "platform") throws(EngineError) -> Platform? {
        let texts = speaks(version) ? query.all(key).filter { !$0.isEmpty } : []
        guard let text = texts.first else { return nil }
        guard texts.count == 1 else { throw EngineError(.badParameter, "multiple platforms are not supported") }
        let value: JSONValue
        do { value = try JSONValue(parsing: text) } catch {
            throw EngineError(.badParameter, "failed to parse platform: \(error)")
        }
        guard let os = value["os"]?.stringValue, let architecture = value["architecture"]?.stringValue, !os.isEmpty,
            !architecture.isEmpty
        else { throw EngineError(.badParameter, "both OS and Architecture must be provided") }
        let variant = value["variant"]?.stringValue ?? ""
        return Platform(os: os, architecture: architecture, variant: variant.isEmpty ? nil : variant)
    }

    /// Refuses images that are here for another platform than the one that is asked for.
    func checkPlatform(
        of names: [String], since version: Int, _ key: String = "platform"
    ) async throws(EngineError) {
        guard let platform = try askedPlatform(since: version, key) else { return }
        for name in names { try await backend.checkImage(name, isFor: platform) }
    }
}
