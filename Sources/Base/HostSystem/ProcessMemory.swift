#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What the process holds of the machine's memory. Asked of the C library by name: not every one has these, and those that
/// haven't do without.
public enum ProcessMemory {
    /// Gives back what is not needed for the moment: free memory (`malloc_trim(3)`), and code that was needed once. Takes
    /// about a millisecond; what is needed again comes back from the page cache.
    public static func giveBack() {
        if let symbol = dlsym(nil, "malloc_trim") {
            _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)(0)
        }
        CodePages.release()
    }

    /// At most so many heaps for all threads (`mallopt(3)`, M_ARENA_MAX); call it before there are threads.
    public static func limitHeaps(to count: Int32) {
        guard let symbol = dlsym(nil, "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)(-8, count)
    }
}
