internal import LinuxSystem

/// Bytes that were read and not used yet.
struct LogBuffer {
    private static let size = 256 << 10
    /// The longest line that is kept together; of a longer one nothing is shown.
    private static let limit = 16 << 20

    private var storage: [UInt8] = []
    private var end = 0
    /// The first unused byte.
    var start = 0

    var isEmpty: Bool { start == end }

    mutating func removeAll() {
        start = 0
        end = 0
    }

    @inline(__always)
    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        storage.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    }

    /// Reads as much as there is room for; the room grows when a line fills it. Returns the count.
    mutating func fill(from fd: borrowing FD, at offset: Int64, limit: Int) throws(SystemError) -> Int {
        makeRoom()
        let (from, upTo) = (end, min(storage.count, end + min(limit, storage.count)))
        let count = try storage.withUnsafeMutableBufferPointer { elements throws(SystemError) in
            try fd.read(
                into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: elements[from..<upTo])),
                at: offset)
        }
        end += count
        return count
    }

    private mutating func makeRoom() {
        if start > 0 {
            let kept = end - start
            storage.withUnsafeMutableBytes { raw in
                guard kept > 0, let base = raw.baseAddress else { return }
                base.copyMemory(from: base + start, byteCount: kept)
            }
            (start, end) = (0, kept)
        }
        if storage.isEmpty { storage = [UInt8](repeating: 0, count: Self.size) }
        guard end == storage.count else { return }
        if storage.count < Self.limit {
            storage.append(contentsOf: repeatElement(0, count: storage.count))
        } else {
            // Its end will be a broken line.
            removeAll()
        }
    }

    /// The newline at or after `start`.
    static func newline(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var place = start
        while place < bytes.count {
            if bytes[place] == 0x0A { return place }
            place += 1
        }
        return nil
    }
}
