internal import ContentFetch
internal import ImageModel

/// Failures below HTTP.
enum ConnectionFailure {
    static func error(_ error: any Error, _ method: String, _ url: WebAddress) -> RegistryError {
        if error is CancellationError { return RegistryError(.unreachable, "context canceled") }
        let verb = method.prefix(1) + method.dropFirst().lowercased()
        let reason = ConnectionReason.text(of: error, dialled: url.dialled)
        return RegistryError(.unreachable, "\(verb) \"\(url.shown)\": \(reason)")
    }
}
