internal import Glibc

/// A bounded pipe in memory between two threads, in large pieces that are filled and read in place.
///
/// One thread produces (`reserve`, `commit`, … `finish`), one consumes (`next` … or `cancel`). What `next` gives is
/// valid until the next call of it.
public final class ChunkPipe: @unchecked Sendable {
    // Invariant: `mutex` guards every variable below it. A slot's bytes belong to the producer between `reserve` and
    // `commit`, to the consumer between `next` and the following `next`, and to nobody otherwise.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let slots: [UnsafeMutableRawBufferPointer]
    private var counts: [Int]
    private var produced = 0
    private var consumed = 0
    private var holdsSlot = false
    private var isFinished = false
    private var isCancelled = false
    private var failure: (any Error)?

    public init(slots: Int = 16, slotBytes: Int = 256 << 10) {
        self.slots = (0..<slots).map { _ in .allocate(byteCount: slotBytes, alignment: 4096) }
        counts = [Int](repeating: 0, count: slots)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
        for slot in slots { slot.deallocate() }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Producer: waits for a free slot. Nil when the consumer has lost interest.
    public func reserve() -> UnsafeMutableRawBufferPointer? {
        locked {
            while !isCancelled && produced - consumed >= slots.count { pthread_cond_wait(condition, mutex) }
            return isCancelled ? nil : slots[produced % slots.count]
        }
    }

    /// Producer: hands over the first `count` bytes of the reserved slot. 0 hands over nothing.
    public func commit(_ count: Int) {
        locked {
            guard count > 0 else { return }
            counts[produced % slots.count] = count
            produced += 1
            pthread_cond_signal(condition)
        }
    }

    /// Producer: no more comes, because of `error` or because that was all.
    public func finish(_ error: (any Error)? = nil) {
        locked {
            isFinished = true
            failure = error
            pthread_cond_signal(condition)
        }
    }

    /// Consumer: the next piece; nil at the end. Throws what the producer failed with, after all it produced.
    public func next() throws -> UnsafeRawBufferPointer? {
        let (piece, error) = locked { () -> (UnsafeRawBufferPointer?, (any Error)?) in
            if holdsSlot {
                holdsSlot = false
                consumed += 1
                pthread_cond_signal(condition)
            }
            while consumed == produced && !isFinished { pthread_cond_wait(condition, mutex) }
            guard consumed < produced else { return (nil, failure) }
            holdsSlot = true
            let slot = consumed % slots.count
            return (UnsafeRawBufferPointer(rebasing: slots[slot][..<counts[slot]]), nil)
        }
        if let error { throw error }
        return piece
    }

    /// Consumer: takes no more; the producer is told at its next `reserve`.
    public func cancel() {
        locked {
            isCancelled = true
            pthread_cond_signal(condition)
        }
    }
}
