internal import CNftables
internal import LinuxSystem

/// libnftables' context (`libnftables(3)`). It is made, used and freed by one thread, one context of the process at a time.
struct NftablesContext {
    private let pointer: OpaquePointer

    /// Leaves the calling thread without the process's descriptors but the first three.
    init() throws(NftablesError) {
        do { try ProcessAttributes.leaveDescriptors(from: 3) } catch { throw NftablesError(message: "\(error)") }
        guard let pointer = nft_ctx_new(UInt32(NFT_CTX_DEFAULT)) else {
            throw NftablesError(message: "no memory for a context")
        }
        nft_ctx_buffer_output(pointer)
        nft_ctx_buffer_error(pointer)
        self.pointer = pointer
    }

    func run(_ commands: String, handles: Bool) throws(NftablesError) -> String {
        nft_ctx_output_set_flags(pointer, handles ? UInt32(NFT_CTX_OUTPUT_HANDLE) : 0)
        let result = nft_run_cmd_from_buffer(pointer, commands)
        let output = nft_ctx_get_output_buffer(pointer).map { String(cString: $0) } ?? ""
        let errors = nft_ctx_get_error_buffer(pointer).map { String(cString: $0) } ?? ""
        guard result == 0 else { throw NftablesError(message: Self.firstLine(errors)) }
        return output
    }

    /// It gives back the lists of links that all contexts share.
    func free() { nft_ctx_free(pointer) }

    private static func firstLine(_ text: String) -> String {
        let line = text.split(separator: "\n").first { !$0.isEmpty } ?? "the command failed"
        return String(line.hasPrefix("Error: ") ? line.dropFirst(7) : line)
    }
}
