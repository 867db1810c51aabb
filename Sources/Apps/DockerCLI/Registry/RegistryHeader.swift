internal import ClientProfile
internal import Primitives

extension Invocation {
    /// Who the user is to the registry of an image, for the calls that make the engine go there.
    func registryHeaders(for reference: ImageReference) throws(EngineError) -> [(String, String)] {
        [("X-Registry-Auth", try profile.authorization(for: reference))]
    }
}
