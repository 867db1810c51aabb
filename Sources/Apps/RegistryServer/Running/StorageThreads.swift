internal import NIOCore
internal import NIOPosix

/// Threads for what waits for the disk: a task that prefers them runs on them alone, and may block.
final class StorageThreads: TaskExecutor {
    private let pool: NIOThreadPool

    init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    func stop() async { try? await pool.shutdownGracefully() }
}
