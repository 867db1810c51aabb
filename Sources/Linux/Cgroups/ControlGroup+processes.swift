internal import CLinux
internal import Glibc
public import LinuxSystem

extension ControlGroup {
    /// Ids of all processes in the group and the groups below it, ascending. Empty when it is gone.
    public func processes() throws(SystemError) -> [Int32] {
        guard let folder = unifiedFolder ?? folder(for: .pids) ?? folder(for: .freezer) ?? folders.first else {
            return []
        }
        var result: Set<Int32> = []
        try folder.collectProcesses(into: &result, depth: 0)
        return result.sorted()
    }

    /// Sends SIGKILL to every process of the group, also of one that is frozen, and does not wait for them to end.
    /// With `cgroup.kill` (Linux 5.14) or else a loop that outruns forks by freezing.
    public func kill() throws(SystemError) {
        // Frozen by version 1, a task does not hear the signal before it is thawed.
        if let unifiedFolder, try unifiedFolder.writeIfPresent("cgroup.kill", "1") {
            if let freezer = folder(for: .freezer), !freezer.isUnified { try thawForKill() }
            return
        }
        guard try signalAll() > 1 else { return try thawForKill() }
        // Several: one may have forked meanwhile, so they are stopped and looked at again.
        if let freezer = folder(for: .freezer) {
            _ = try? FreezerFiles.set(frozen: true, freezer, patience: 20)
            _ = try signalAll()
            try thawForKill()
        } else {
            for _ in 0..<10 where try signalAll() > 0 { usleep(1000) }
        }
    }

    private func thawForKill() throws(SystemError) {
        guard let freezer = folder(for: .freezer) else { return }
        do { try FreezerFiles.set(frozen: false, freezer) } catch {
            guard error.errno == Failure.noEntry else { throw error }
        }
    }

    /// How many there were.
    private func signalAll() throws(SystemError) -> Int {
        let pids = try processes()
        for pid in pids {
            let result = cl_kill(pid, SIGKILL)
            if result != -Failure.noProcess { try check(result, "kill", "\(pid)") }
        }
        return pids.count
    }
}

extension ControlGroup {
    /// Stops all tasks (docker pause); returns when they have stopped. Errors: ETIMEDOUT after two seconds, the
    /// group is running then; EOPNOTSUPP without a freezer.
    public func freeze() throws(SystemError) { try FreezerFiles.set(frozen: true, freezer()) }

    public func thaw() throws(SystemError) { try FreezerFiles.set(frozen: false, freezer()) }

    public var isFrozen: Bool { folder(for: .freezer).map(FreezerFiles.isFrozen) ?? false }

    private func freezer() throws(SystemError) -> CgroupFolder {
        guard let folder = folder(for: .freezer) else {
            throw SystemError(errno: Failure.notSupported, call: "cgroup", subject: "no freezer is mounted")
        }
        return folder
    }
}

extension CgroupFolder {
    /// Depth of groups that a container may have made inside.
    private static let maximumDepth = 32

    fileprivate func collectProcesses(into result: inout Set<Int32>, depth: Int) throws(SystemError) {
        do {
            var number: Int32 = 0
            for byte in try read("cgroup.procs") {
                guard byte >= 0x30, byte <= 0x39 else {
                    if number > 0 { result.insert(number) }
                    number = 0
                    continue
                }
                number = number.multipliedReportingOverflow(by: 10).partialValue &+ Int32(byte - 0x30)
            }
            guard depth < Self.maximumDepth else { return }
            for child in try children() { try child.collectProcesses(into: &result, depth: depth + 1) }
        } catch {
            // Removed meanwhile; ENODEV is what an open file of a removed group says.
            guard error.errno == Failure.noEntry || error.errno == 19 else { throw error }
        }
    }

    /// The groups directly below.
    func children() throws(SystemError) -> [CgroupFolder] {
        let raw = cl_openat(-100, path, FileOpenFlags.directory.rawValue, 0)
        let folder = FD(owning: try check(raw, "open", path))
        return try folder.entries().filter { $0.kind == .directory }.map {
            CgroupFolder(path: file($0.name.string), controllers: controllers, isUnified: isUnified)
        }
    }
}
