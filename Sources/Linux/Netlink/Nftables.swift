internal import CNftables
internal import Synchronization

/// What libnftables said about a command.
public struct NftablesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The library's text, on one line.
    public var message: String
    public var description: String { "nftables: \(message)" }
}

/// Runs nftables commands through libnftables: each call is one transaction, all or nothing.
///
/// The context is made once: making it costs about 1 ms, a command that adds an element to a map 0.25 ms whatever the
/// map holds, and the first table 5 to 10 ms. The library keeps process-wide state, so calls of all contexts take turns.
public final class Nftables: Sendable {
    private struct Context: ~Copyable, @unchecked Sendable {
        // Invariant: only used under `turn`.
        let pointer: OpaquePointer
        // It gives back the lists of links that all contexts share.
        deinit { Nftables.turn.withLock { _ in nft_ctx_free(pointer) } }
    }

    private static let turn = Mutex<Void>(())
    private let context: Context

    /// Opens the library's socket in the calling thread's network namespace.
    public init() throws(NftablesError) {
        let pointer = Self.turn.withLock { _ -> OpaquePointer? in
            guard let pointer = nft_ctx_new(UInt32(NFT_CTX_DEFAULT)) else { return nil }
            nft_ctx_buffer_output(pointer)
            nft_ctx_buffer_error(pointer)
            return pointer
        }
        guard let pointer else { throw NftablesError(message: "no memory for a context") }
        context = Context(pointer: pointer)
    }

    /// Runs commands in the language of nft(8) and returns what they print. Blocks.
    ///
    /// `handles`: lists tell each rule's number too (`nft -a`).
    @discardableResult
    public func run(_ commands: String, handles: Bool = false) throws(NftablesError) -> String {
        try Self.turn.withLock { (_) throws(NftablesError) in
            nft_ctx_output_set_flags(context.pointer, handles ? UInt32(NFT_CTX_OUTPUT_HANDLE) : 0)
            let result = nft_run_cmd_from_buffer(context.pointer, commands)
            let output = nft_ctx_get_output_buffer(context.pointer).map { String(cString: $0) } ?? ""
            let errors = nft_ctx_get_error_buffer(context.pointer).map { String(cString: $0) } ?? ""
            guard result == 0 else { throw NftablesError(message: Self.firstLine(errors)) }
            return output
        }
    }

    private static func firstLine(_ text: String) -> String {
        let line = text.split(separator: "\n").first { !$0.isEmpty } ?? "the command failed"
        return String(line.hasPrefix("Error: ") ? line.dropFirst(7) : line)
    }
}
