internal import LinuxSystem

/// User, capabilities and filter of a process, given up in the order in which the kernel still lets us.
struct Credentials {
    let process: OCIProcess
    let user: ResolvedUser
    let filter: [UInt8]

    /// Reads who `process` runs as from the files below `root`.
    static func resolve(
        _ process: OCIProcess, user: String?, additionalGroups: [String], filter: [UInt8],
        root: borrowing RootDirectory
    ) throws(StartFailure) -> Credentials {
        let resolved: ResolvedUser
        if user == nil && additionalGroups.isEmpty && process.hasHome {
            resolved = ResolvedUser(process.user, home: "/")
        } else {
            let lookup = UserLookup(passwd: read("/etc/passwd", root), group: read("/etc/group", root))
            if user == nil && additionalGroups.isEmpty {
                resolved = ResolvedUser(process.user, home: lookup.home(of: process.user.uid))
            } else {
                let text = user ?? "\(process.user.uid):\(process.user.gid)"
                resolved = try lookup.resolve(text, additional: additionalGroups)
            }
        }
        return Credentials(process: process, user: resolved, filter: filter)
    }

    /// A regular file of at most 16 MiB: the image may have put a fifo or a device there.
    private static func read(_ path: String, _ root: borrowing RootDirectory) -> String {
        guard let file = try? root.open(path, .nonBlocking), let kind = try? file.stat().kind, kind == .regular,
            let bytes = try? file.readAll(limit: 16 << 20)
        else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The process's environment, `HOME` added last if it is not there.
    var environment: [String] { process.hasHome ? process.env : process.env + ["HOME=\(user.home)"] }

    /// Becomes the user. `directory` is where the program starts; it is entered as root first, for a user may be in a
    /// directory that he could not open, and again as the user if root is not allowed (NFS).
    func apply(directory: String) throws(StartFailure) {
        let sets = CapabilitySets(process.capabilities)
        // Without no_new_privs a filter needs CAP_SYS_ADMIN, so it has to come before that is lost.
        if !process.noNewPrivileges { try installFilter() }
        let entered = (try? WorkingDirectory.enter(directory)) != nil
        try doing("apply caps") { () throws(SystemError) in
            try sets.bounding.limitBoundingSet()
            try ProcessAttributes.setKeepsCapabilities(true)
        }
        try doing("setup user") { () throws(SystemError) in
            try ProcessAttributes.setSupplementaryGroups(user.groups)
            try ProcessAttributes.setGroup(user.gid)
            try ProcessAttributes.setUser(user.uid)
        }
        if !entered { try WorkingDirectory.enter(directory) }
        try doing("apply caps") { () throws(SystemError) in
            try ProcessAttributes.setKeepsCapabilities(false)
            try Capabilities.set(
                effective: sets.effective, permitted: sets.permitted, inheritable: sets.inheritable)
            try sets.ambient.setAmbient()
        }
        if process.noNewPrivileges {
            try doing("set no_new_privs") { () throws(SystemError) in try ProcessAttributes.forbidNewPrivileges() }
            try installFilter()
        }
    }

    private func installFilter() throws(StartFailure) {
        guard !filter.isEmpty else { return }
        try doing("init seccomp") { () throws(SystemError) in try ProcessAttributes.installFilter(filter) }
    }
}

/// The five sets, cut to what there is to give; unknown names are ignored as runc does, with none given all are empty.
struct CapabilitySets {
    var bounding, effective, permitted, inheritable, ambient: Capabilities

    init(_ names: OCICapabilities?) {
        let available = Capabilities.available()
        func set(_ list: [String]?) -> Capabilities {
            (list ?? []).reduce(into: Capabilities()) { $0.formUnion(Capabilities(name: $1) ?? []) }.intersection(
                available)
        }
        bounding = set(names?.bounding)
        effective = set(names?.effective)
        permitted = set(names?.permitted)
        inheritable = set(names?.inheritable)
        ambient = set(names?.ambient)
    }
}

extension OCIProcess {
    var hasHome: Bool { env.contains { $0.hasPrefix("HOME=") } }
}

extension ResolvedUser {
    init(_ user: OCIUser, home: String) {
        self.init(
            uid: user.uid, gid: user.gid,
            groups: user.additionalGids.contains(user.gid) ? user.additionalGids : [user.gid] + user.additionalGids,
            home: home)
    }
}
