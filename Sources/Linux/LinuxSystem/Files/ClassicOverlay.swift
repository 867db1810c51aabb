internal import CLinux
internal import Synchronization

/// Overlay mounts by `mount(2)`, for Linux before 6.7: `fsconfig(2)` takes all lower directories there as one value of at
/// most 255 bytes, which a few layers exceed.
///
/// `mount(2)` needs a place in the tree of files and a page of options. The place is in a mount namespace that lasts as long
/// as one thread, so that nobody sees it and no crash leaves it behind; the mount is copied out of it (`open_tree(2)`). In
/// the options descriptors stand for directories: short, and no character of a path has a meaning there.
public struct ClassicOverlay: Sendable {
    private var lower: [String] = []
    private var upper: String?
    private var work: String?
    private var others: [String] = []
    private var attributes: MountAttributes = []

    /// Whether this kernel does not take lower directories one by one.
    ///
    /// Before 6.5 file systems without a context of their own take any key, and judge them when it is too late.
    public static let isNeeded: Bool = {
        let context = cl_fsopen("overlay")
        guard context >= 0 else { return false }
        defer { cl_close(context) }
        return cl_fsconfig_string(context, "lowerdir+", "/") != 0 || cl_fsconfig_flag(context, "no-such-option") == 0
    }()

    /// `options` as `mount(8)` takes them after `-o`.
    init(_ options: [String]) {
        for option in options {
            let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
            switch (parts.first ?? "", parts.last ?? "") {
            case ("lowerdir", let value): lower = value.split(separator: ":").map(String.init)
            case ("upperdir", let value): upper = value
            case ("workdir", let value): work = value
            case ("ro", _): attributes.insert(.readOnly)
            case ("nosuid", _): attributes.insert(.noSetUserID)
            case ("nodev", _): attributes.insert(.noDevices)
            case ("noexec", _): attributes.insert(.noExecution)
            case ("noatime", _): attributes.insert(.noAccessTime)
            case ("rw", _), ("defaults", _): continue
            default: others.append(option)
            }
        }
    }

    /// The mount, attached nowhere.
    func mount() throws(SystemError) -> FD {
        let outcome = Outcome()
        let isDone = PlatformThread.run {
            let made = Result { () throws(SystemError) in FDBox(try mountInOwnNamespace()) }
            outcome.value.withLock { $0 = made }
        }
        guard isDone, let made = outcome.value.withLock({ $0 }) else {
            throw SystemError(errno: 11, call: "pthread_create", subject: "overlay")
        }
        return try made.get().fd.duplicate()
    }

    private final class Outcome: Sendable {
        let value = Mutex<Result<FDBox, SystemError>?>(nil)
    }

    private func mountInOwnNamespace() throws(SystemError) -> FD {
        guard let place = lower.first else { throw SystemError(errno: 22, call: "mount", subject: "no lowerdir") }
        try Namespaces.mount.unshare()
        try MountTree.setPropagation(.private, at: "/", recursive: true)
        // Opened here: overlay takes only directories of the namespace that it is mounted in.
        var folders: [FDBox] = []
        for path in lower + [upper, work].compactMap(\.self) {
            folders.append(FDBox(try FD.open(at: RawPath(path), [.path, .directory])))
        }
        let numbers = folders.map { String($0.fd.rawValue) }
        var words = ["lowerdir=" + numbers.prefix(lower.count).joined(separator: ":")]
        if upper != nil { words.append("upperdir=" + numbers[lower.count]) }
        if work != nil, let last = numbers.last { words.append("workdir=" + last) }
        try check(cl_chdir("/proc/self/fd"), "chdir", "/proc/self/fd")
        try MountTree.mount("overlay", at: numbers[0], type: "overlay", data: (words + others).joined(separator: ","))
        let tree = FD(owning: try check(cl_open_tree_clone(-100, place, 0), "open_tree", place))
        if !attributes.isEmpty { try tree.changeMount(recursive: false, set: attributes) }
        return tree
    }
}
