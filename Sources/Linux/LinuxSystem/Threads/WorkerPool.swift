internal import CLinux
internal import Glibc

/// Threads for calls that block: mounts, fsync, archives, waits for a child.
///
/// Swift's cooperative pool has one thread per core and must never block; work goes here instead. Threads are made
/// on demand up to `maximumThreads`, and leave after `idleSeconds` without work.
public final class WorkerPool: @unchecked Sendable {
    // Invariant: `mutex` guards every stored variable below it.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var jobs: [@Sendable () -> Void] = []
    private var head = 0
    private var idle = 0
    private var threads = 0
    private let maximumThreads: Int
    private let idleSeconds: Int

    public init(maximumThreads: Int = 64, idleSeconds: Int = 5) {
        self.maximumThreads = maximumThreads
        self.idleSeconds = idleSeconds
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `job` on a thread of the pool, as soon as one is free.
    public func submit(_ job: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        jobs.append(job)
        let startsThread = idle < jobs.count - head && threads < maximumThreads
        if startsThread { threads += 1 }
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
        if startsThread { startThread() }
    }

    private func startThread() {
        let started = PlatformThread.detach { [self] in work() }
        guard !started else { return }
        pthread_mutex_lock(mutex)
        threads -= 1
        let last = threads == 0
        pthread_mutex_unlock(mutex)
        // With no thread at all the job would never run: the caller pays for it.
        if last { work(oneJob: true) }
    }

    private func work(oneJob: Bool = false) {
        while let job = nextJob(waits: !oneJob) {
            job()
            if oneJob { return }
        }
    }

    private func nextJob(waits: Bool) -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while head == jobs.count {
            guard waits else { return nil }
            idle += 1
            let timedOut = waitForWork()
            idle -= 1
            if timedOut && head == jobs.count {
                threads -= 1
                return nil
            }
        }
        let job = jobs[head]
        head += 1
        if head == jobs.count {
            jobs.removeAll(keepingCapacity: jobs.capacity <= 64)
            head = 0
        }
        return job
    }

    private func waitForWork() -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += idleSeconds
        return pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT
    }
}

/// Threads outside Swift concurrency (`pthread_create(3)`).
public enum PlatformThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a detached thread with a 512 KiB stack; false when the system has none to give (EAGAIN).
    @discardableResult
    public static func detach(_ run: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = start(run) else { return false }
        pthread_detach(thread)
        return true
    }

    /// Runs on a thread that ends with it, and waits for that: what is changed of the thread (its namespaces, its working
    /// directory) touches no other. False when the system has no thread to give.
    public static func run(_ run: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = start(run) else { return false }
        pthread_join(thread, nil)
        return true
    }

    private static func start(_ run: @escaping @Sendable () -> Void) -> pthread_t? {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 512 << 10)
        let body = Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard result == 0 else {
            body.release()
            return nil
        }
        return thread
    }
}
