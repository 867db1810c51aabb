internal import CLinux

/// Descriptor 2.
public enum StandardError {
    /// Writes a text in one call; what can't be written is lost.
    public static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            guard let base = bytes.baseAddress else { return }
            _ = cl_write(2, base, bytes.count)
        }
    }
}
