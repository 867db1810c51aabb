import CISAL

/// Gzip by ISA-L (RFC 1952), member after member; zeros after the last member are padding.
final class GzipDecoder: Decoder {
    private let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
    private var isBetweenMembers = false

    init() { begin() }
    deinit { state.deallocate() }

    private func begin() {
        isal_inflate_init(state)
        // Header and trailer with CRC and length are checked by the library.
        state.pointee.crc_flag = UInt32(ISAL_GZIP)
        isBetweenMembers = false
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws -> (taken: Int, given: Int) {
        var skipped = 0
        if isBetweenMembers {
            skipped = input.prefix { $0 == 0 }.count
            guard skipped < input.count else { return (skipped, 0) }
            begin()
        }
        let rest = UnsafeRawBufferPointer(rebasing: input[skipped...])
        let start = rest.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.next_in = start.map { UnsafeMutablePointer(mutating: $0) }
        state.pointee.avail_in = UInt32(rest.count)
        state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = UInt32(clamping: output.count)
        let room = Int(state.pointee.avail_out)
        let result = isal_inflate(state)
        guard result >= 0 else { throw damaged(.gzip, "code \(result)") }
        let given = room - Int(state.pointee.avail_out)
        if state.pointee.block_state == ISAL_BLOCK_FINISH {
            isBetweenMembers = true
        } else if isLast && given == 0 {
            throw damaged(.gzip, "unexpected EOF")
        }
        return (skipped + rest.count - Int(state.pointee.avail_in), given)
    }
}
