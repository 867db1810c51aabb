internal import CLinux

/// SHA-256 with the processor's own instructions where it has them; about 2 GB/s then.
public struct SHA256: Sendable {
    // Eight words of state; a tuple would be copied at every call into C just as this is pinned.
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    private var pending: [UInt8] = []
    private var length: UInt64 = 0

    public init() { pending.reserveCapacity(128) }

    /// Whether the processor's SHA instructions are used.
    public static var isAccelerated: Bool { cl_sha256_is_accelerated() == 1 }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let taken = rest.prefix(64 - pending.count)
            pending.append(contentsOf: taken)
            rest = rest.dropFirst(taken.count)
            guard pending.count == 64 else { return }
            pending.withUnsafeBytes { compress(&state, $0[...]) }
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.prefix(rest.count & ~63)
        compress(&state, whole)
        pending.append(contentsOf: rest.dropFirst(whole.count))
    }

    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The 32 bytes of the digest; the hasher goes on unchanged.
    public func finalized() -> [UInt8] {
        var padded = pending
        padded.append(0x80)
        while padded.count % 64 != 56 { padded.append(0) }
        for shift in stride(from: 56, through: 0, by: -8) {
            padded.append(UInt8(truncatingIfNeeded: (length &* 8) >> UInt64(shift)))
        }
        var last = state
        padded.withUnsafeBytes { compress(&last, $0[...]) }
        return last.flatMap { word in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
        }
    }

    /// The digest in 64 lower-case hexadecimal digits.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: finalized().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private func compress(_ state: inout [UInt32], _ blocks: Slice<UnsafeRawBufferPointer>) {
        guard let base = UnsafeRawBufferPointer(rebasing: blocks).baseAddress, blocks.count >= 64 else { return }
        state.withUnsafeMutableBufferPointer { words in
            guard let words = words.baseAddress else { return }
            cl_sha256_blocks(words, base.assumingMemoryBound(to: UInt8.self), blocks.count / 64)
        }
    }
}
