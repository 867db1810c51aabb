/// Which run of the machine this is.
public enum BootID {
    /// `/proc/sys/kernel/random/boot_id` (random(4)): another one after each boot. Nil without procfs.
    public static let current: String? = {
        guard let bytes = try? HostFile.read("/proc/sys/kernel/random/boot_id", limit: 64) else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }()
}
