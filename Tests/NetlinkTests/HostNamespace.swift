import LinuxSystem
import Synchronization
import Testing

/// Runs `body` on a thread of its own in an empty network namespace: a host of its own, that ends with the thread.
/// Threads that `body` starts are born into the same one.
func onHostOfItsOwn(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let started = PlatformThread.detach {
            continuation.resume(
                with: Result {
                    try Namespaces.network.unshare()
                    try body()
                })
        }
        if !started { continuation.resume(throwing: SystemError(errno: 11, call: "pthread_create")) }
    }
}
