/// A file system to be mounted: what storage and volumes produce and the runtime consumes.
///
/// The shape is that of containerd's `Mount` and of one line of `fstab(5)` without the target, which the consumer
/// chooses.
public struct Mount: Sendable, Hashable, Codable {
    /// `overlay`, `bind`, `tmpfs`, … as in `/proc/filesystems`; `bind` stands for `MS_BIND`.
    public var type: String
    /// A host path for `bind`, a label otherwise.
    public var source: String
    /// `ro`, `rbind`, `lowerdir=/a:/b`, … as `mount(8)` takes them after `-o`.
    public var options: [String]

    public init(type: String, source: String, options: [String] = []) {
        self.type = type
        self.source = source
        self.options = options
    }
}
