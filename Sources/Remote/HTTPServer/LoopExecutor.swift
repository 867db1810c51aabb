internal import NIOCore

/// Runs a handler's task on its connection's event loop: most answers are computed in less time than another thread
/// takes to wake up. What blocks goes to threads of its own anyway.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    /// Never in place, even on the loop: whoever resumes a task may hold a lock.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
