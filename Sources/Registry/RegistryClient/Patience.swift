internal import ImageModel

/// Tries again what may go better the next time.
public enum Patience {
    private static let mostFailures = 3

    /// Runs `body` until it succeeds, fails for good, or has failed four times: after 1, 2 and 4 seconds, or what the registry
    /// asks for.
    public static func run<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        var failures = 0
        while true {
            do { return try await body() } catch let error as RegistryError where error.isTemporary {
                failures += 1
                guard failures <= mostFailures, !Task.isCancelled else { throw error }
                try await Task.sleep(for: .seconds(error.retryAfter ?? 1 << (failures - 1)))
            }
        }
    }
}
