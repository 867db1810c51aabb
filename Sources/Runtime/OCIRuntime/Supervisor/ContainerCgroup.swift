internal import Cgroups
internal import LinuxSystem

/// The container's control group as the shim uses it: made before the init is, removed after it.
final class ContainerCgroup {
    /// Nil for a container without one.
    let group: ControlGroup?
    private var watch: FDBox?

    init(path: String, resources: OCIResources?) throws(StartFailure) {
        guard !path.isEmpty else {
            group = nil
            return
        }
        let limits = CgroupResources(resources ?? OCIResources())
        group = try doing("create cgroup") { () throws(SystemError) in
            try ControlGroup.create(path, resources: limits, layout: try CgroupLayout.detect())
        }
    }

    /// Files in which a thread that writes `0` places itself (version 1).
    func entrances() throws(StartFailure) -> [FDBox] {
        var result: [FDBox] = []
        for folder in group?.folders ?? [] where !folder.isUnified {
            result.append(
                try doing("join cgroup") { () throws(SystemError) in
                    FDBox(try FD.open(at: RawPath(folder.path + "/tasks"), .writeOnly))
                })
        }
        return result
    }

    /// The folder into which `clone3(2)` places a child at birth (version 2).
    func birthplace() throws(StartFailure) -> FDBox? {
        guard let unified = group?.folders.first(where: \.isUnified) else { return nil }
        return try doing("join cgroup") { () throws(SystemError) in
            FDBox(try FD.open(at: RawPath(unified.path), [.path, .directory]))
        }
    }

    var oomKills: UInt64 { group?.oomKillCount() ?? 0 }

    /// Calls `action` when the kernel has killed something for want of memory. Without the memory controller, or
    /// where it can't be watched, the count at the end has to do.
    func watchMemory(_ loop: EventLoop, _ action: @escaping () -> Void) {
        guard let group, let memory = try? group.watchMemory(), let copy = try? memory.fd.duplicate() else { return }
        let box = FDBox(copy)
        guard (try? box.fd.setNonBlocking(true)) != nil else { return }
        watch = box
        var seen: UInt64 = 0
        _ = try? loop.watch(box, .readable) { [unowned self] _ in
            withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
                while (try? box.fd.read(into: buffer)) ?? 0 > 0 {}
            }
            let kills = oomKills
            if kills > seen { action() }
            seen = kills
        }
    }

    func killAll() { _ = try? group?.kill() }

    /// `killing`: what is left in it is killed first. With a pid namespace the kernel has done so.
    func remove(_ loop: EventLoop, killing: Bool) {
        if let watch { loop.unwatch(watch) }
        watch = nil
        guard let group else { return }
        if killing, let left = try? group.processes(), !left.isEmpty { killAll() }
        _ = try? group.remove()
    }
}
