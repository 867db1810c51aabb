internal import LinuxSystem

/// The options of one OCI mount, sorted into what each kernel interface takes (`mount(8)`, OCI runtime-spec "Linux mounts").
struct MountOptions: Equatable {
    var set: MountAttributes = []
    var clear: MountAttributes = []
    /// Attributes for everything below too: `rro`, `rnosuid`, …
    var recursiveSet: MountAttributes = []
    var recursiveClear: MountAttributes = []
    var propagation: MountPropagation?
    var propagatesRecursively = false
    var bind = false
    var recursiveBind = false
    /// What is left for the file system itself.
    var parameters: [Substring] = []

    init(_ options: [String]) {
        for option in options { apply(option) }
    }

    private mutating func apply(_ option: String) {
        if let (attribute, on) = Self.attributes[option] { return change(attribute, on) }
        if option.first == "r", let (attribute, on) = Self.attributes[String(option.dropFirst())] {
            return changeRecursively(attribute, on)
        }
        switch option {
        case "bind": bind = true
        case "rbind": (bind, recursiveBind) = (true, true)
        case "defaults", "async", "nomand", "norelatime", "nostrictatime", "remount", "": break
        case "relatime": clear.formUnion(.accessTimeChoice)
        case "private", "rprivate": setPropagation(.private, option)
        case "slave", "rslave": setPropagation(.slave, option)
        case "shared", "rshared": setPropagation(.shared, option)
        case "unbindable", "runbindable": setPropagation(.unbindable, option)
        default: parameters.append(Substring(option))
        }
    }

    private mutating func change(_ attribute: MountAttributes, _ on: Bool) {
        if !attribute.isDisjoint(with: .accessTimeChoice) { clear.formUnion(.accessTimeChoice) }
        if on { set.formUnion(attribute) } else { set.subtract(attribute) }
        if !on { clear.formUnion(attribute) }
    }

    private mutating func changeRecursively(_ attribute: MountAttributes, _ on: Bool) {
        if !attribute.isDisjoint(with: .accessTimeChoice) { recursiveClear.formUnion(.accessTimeChoice) }
        if on { recursiveSet.formUnion(attribute) } else { recursiveClear.formUnion(attribute) }
    }

    private mutating func setPropagation(_ value: MountPropagation, _ option: String) {
        propagation = value
        propagatesRecursively = option.hasPrefix("r")
    }

    private static let attributes: [String: (MountAttributes, Bool)] = [
        "ro": (.readOnly, true), "rw": (.readOnly, false), "nosuid": (.noSetUserID, true),
        "suid": (.noSetUserID, false), "nodev": (.noDevices, true), "dev": (.noDevices, false),
        "noexec": (.noExecution, true), "exec": (.noExecution, false), "noatime": (.noAccessTime, true),
        "strictatime": (.strictAccessTime, true), "nodiratime": (.noDirectoryAccessTime, true),
        "diratime": (.noDirectoryAccessTime, false), "nosymfollow": (.noSymbolicLinks, true),
        "symfollow": (.noSymbolicLinks, false),
    ]
}
