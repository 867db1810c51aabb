internal import Synchronization

/// SHA-256 (FIPS 180-4) over a stream: `update` as often as there is data, `finalize` once.
public struct SHA256Hasher: Sendable {
    /// Takes `blocks` blocks of 64 bytes into the eight words of state.
    public typealias Compression =
        @Sendable (
            _ state: UnsafeMutablePointer<UInt32>, _ data: UnsafePointer<UInt8>, _ blocks: Int
        ) -> Void

    /// In a structure: a function by itself is wrapped once more each time a generic type gives access to it, and after
    /// some thousand hashers the call of it would be too deep for a thread's stack.
    private struct Installed {
        var compression: Compression
    }

    private static let installed = Mutex(Installed(compression: portableCompression))

    /// Installs a faster compression function (one that uses the processor's SHA instructions) for hashers made from
    /// now on. Call it once at the start of the program.
    public static func use(_ compression: @escaping Compression) {
        installed.withLock { $0.compression = compression }
    }

    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    /// Input that does not fill a block yet.
    private var pending: [UInt8] = []
    private var length: UInt64 = 0
    private let compression: Compression

    public init() {
        compression = Self.installed.withLock { $0.compression }
        pending.reserveCapacity(64)
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var rest = bytes.bindMemory(to: UInt8.self)
        if !pending.isEmpty {
            let missing = min(64 - pending.count, rest.count)
            pending.append(contentsOf: rest[..<missing])
            rest = UnsafeBufferPointer(rebasing: rest[missing...])
            guard pending.count == 64 else { return }
            compressPending()
        }
        let blocks = rest.count / 64
        if blocks > 0, let base = rest.baseAddress {
            let compression = compression
            state.withUnsafeMutableBufferPointer { words in
                if let words = words.baseAddress { compression(words, base, blocks) }
            }
        }
        pending.append(contentsOf: rest[(blocks * 64)...])
    }

    public mutating func update(_ bytes: some Collection<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        if done == nil { Array(bytes).withUnsafeBytes { update($0) } }
    }

    /// The hash of everything so far. Further updates of this value would hash the padding too: copy it first.
    public mutating func finalize() -> Digest {
        let bits = length &* 8
        pending.append(0x80)
        if pending.count > 56 {
            pending.append(contentsOf: repeatElement(0, count: 64 - pending.count))
            compressPending()
        }
        pending.append(contentsOf: repeatElement(0, count: 56 - pending.count))
        for shift in stride(from: 56, through: 0, by: -8) { pending.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        compressPending()
        let bytes = state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
        return Digest(sha256Bytes: bytes)
    }

    private mutating func compressPending() {
        let compression = compression
        state.withUnsafeMutableBufferPointer { words in
            pending.withUnsafeBufferPointer { block in
                if let words = words.baseAddress, let block = block.baseAddress { compression(words, block, 1) }
            }
        }
        pending.removeAll(keepingCapacity: true)
    }
}
