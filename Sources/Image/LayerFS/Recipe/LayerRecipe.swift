/// How to make a layer's archive again, byte for byte, from the directory it was unpacked into.
///
/// Archives of the same files differ with the program that wrote them, and a layer is named by the hash of its archive.
/// So everything in it that is not file content (headers, padding, what follows the end) is kept, with the places where
/// contents go. Numbers are LEB128, the whole is gzip:
///
/// ```
/// "martlet layer recipe 1\n"
/// 1 count bytes                                  as they are
/// 2 count path ranges (offset length)…           from a file below the root
/// 0 digest                                       end; SHA-256 of the archive, 32 bytes
/// ```
enum LayerRecipe {
    static let magic = Array("martlet layer recipe 1\n".utf8)

    enum Tag: UInt8 {
        case end = 0
        case literal = 1
        case content = 2
    }
}
