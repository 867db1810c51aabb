internal import LinuxSystem
internal import Primitives

extension WorkerPool {
    /// Runs a blocking body off the cooperative pool and returns what it returns.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws(EngineError) -> Value {
        let result: Result<Value, EngineError> = await withCheckedContinuation { continuation in
            submit {
                do {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(EngineError(wrapping: error)))
                }
            }
        }
        return try result.get()
    }
}

extension EngineError {
    /// Keeps an `EngineError` as it is; anything else becomes `internal` with its own text.
    init(wrapping error: any Error) {
        if let engineError = error as? EngineError {
            self = engineError
        } else {
            self.init(.internal, String(describing: error), cause: error)
        }
    }
}

extension WorkerPool {
    /// Runs a blocking body that can't fail.
    func runQuietly(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            submit {
                body()
                continuation.resume()
            }
        }
    }
}
