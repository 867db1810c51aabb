internal import CSeccomp

/// Instructions before the library's own, for calls that are younger than the library or the profile.
///
/// Two things go wrong without them. A call that the profile allows but the library has no number for would be denied;
/// since 424 new calls have the same number on every processor, so a small table helps. And a call that the profile
/// has never heard of would get EPERM, where programs expect ENOSYS to fall back on an older one (glibc does so).
struct NewerCalls {
    /// Calls added after libseccomp 2.5.4, Linux 6.5 to 6.17 (`syscall.tbl`).
    static let numbers: [String: UInt32] = [
        "cachestat": 451, "fchmodat2": 452, "map_shadow_stack": 453, "futex_wake": 454, "futex_wait": 455,
        "futex_requeue": 456, "statmount": 457, "listmount": 458, "lsm_get_self_attr": 459, "lsm_set_self_attr": 460,
        "lsm_list_modules": 461, "mseal": 462, "setxattrat": 463, "getxattrat": 464, "listxattrat": 465,
        "removexattrat": 466, "open_tree_attr": 467, "file_getattr": 468, "file_setattr": 469,
    ]

    private let fallback: SeccompAction
    private let architectures: [UInt32]
    /// By number, for the calls that the library does not know.
    private var actions: [UInt32: UInt32] = [:]
    /// The highest number that the profile mentions. One bound for all processors, whose tables grow together since
    /// 424; gaps below it are the library's business.
    private var highest: UInt32 = 0

    init(fallback: SeccompAction, architectures: [UInt32]) {
        self.fallback = fallback
        self.architectures = architectures
    }

    mutating func note(_ name: String, action: SeccompAction, isConditional: Bool) {
        for architecture in architectures {
            let number = seccomp_syscall_resolve_name_arch(architecture, name)
            // Numbers below zero are the library's own for what this processor lacks.
            guard number >= 0 else { continue }
            let bare = UInt32(number) & ~Self.x32Bit
            if bare < Self.firstPrivate { highest = max(highest, bare) }
        }
        guard let number = Self.numbers[name] else { return }
        highest = max(highest, number)
        if seccomp_syscall_resolve_name(name) == -1, !isConditional { actions[number] = action.rawValue }
    }

    /// Set in the numbers of x32 programs.
    private static let x32Bit: UInt32 = 0x4000_0000
    /// From here on, 32-bit ARM has calls of its own (`__ARM_NR_BASE`).
    private static let firstPrivate: UInt32 = 0x0F_0000
    /// SECCOMP_RET_ERRNO | ENOSYS
    private static let noSuchCall: UInt32 = 0x0005_0000 | 38

    /// `struct sock_filter` records. Falls through to what follows for all other calls.
    var prologue: [BPFInstruction] {
        guard fallback.denies, highest > 0 else { return [] }
        let known = actions.sorted { $0.key < $1.key }
        var code: [BPFInstruction] = [.load(offset: 0), .and(~Self.x32Bit)]
        for (number, action) in known { code += [.skipUnlessEqual(number, by: 1), .answer(action)] }
        code += [
            .skipUnlessGreater(highest, by: 2), .skipIfAtLeast(Self.firstPrivate, by: 1), .answer(Self.noSuchCall),
        ]
        // Most calls are older than all of these and need not go through the list.
        if let first = known.first { code.insert(.skipUnlessAtLeast(first.key, by: code.count - 2), at: 2) }
        return code
    }
}
