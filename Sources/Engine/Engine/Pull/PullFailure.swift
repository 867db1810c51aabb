internal import ImageModel
internal import Primitives

/// Failures of registries, in Docker's words (distribution/errors.go).
enum PullFailure {
    /// Of a pull of `reference`.
    static func of(_ error: any Error, _ reference: ImageReference) -> EngineError {
        guard let error = error as? RegistryError else { return plain(error) }
        switch error.code {
        case "DENIED":
            return EngineError(
                .notFound,
                "pull access denied for \(reference.repository), repository does not exist or may require 'docker login'"
                    + ": \(error.message)", cause: error)
        case "MANIFEST_UNKNOWN":
            return EngineError(
                .notFound, "manifest for \(reference.familiar) not found: \(error.message)", cause: error)
        case "NAME_UNKNOWN":
            return EngineError(
                .notFound, "repository \(reference.repository) not found: \(error.message)", cause: error)
        default: return plain(error)
        }
    }

    static func plain(_ error: any Error) -> EngineError {
        switch error {
        case let error as EngineError: error
        case let error as RegistryError: EngineError(.internal, error.message, cause: error)
        case is CancellationError: EngineError(.unavailable, "context canceled")
        default: EngineError(wrapping: error)
        }
    }
}
