internal import CLinux
internal import Glibc
internal import LinuxSystem

enum FreezerFiles: ControllerFiles {
    /// Asks for a state and waits until all tasks are in it, at most `patience` milliseconds (ETIMEDOUT, and the
    /// group is thawed again).
    static func set(frozen: Bool, _ folder: CgroupFolder, patience: Int = 2000) throws(SystemError) {
        if folder.isUnified {
            try folder.write("cgroup.freeze", frozen ? "1" : "0")
            if frozen { try awaitV2(folder, patience: patience) }
        } else {
            try folder.write("freezer.state", frozen ? "FROZEN" : "THAWED")
            if frozen { try awaitV1(folder, patience: patience) }
        }
    }

    static func isFrozen(_ folder: CgroupFolder) -> Bool {
        if folder.isUnified { return folder.number("cgroup.freeze") == 1 }
        return folder.text("freezer.state").map { $0 != "THAWED" } ?? false
    }

    /// Version 1 tells nobody: the state is read, which also makes the kernel look again. A task that forks while
    /// the group freezes can leave it at FREEZING for good; thawing for a moment helps (found by runc).
    private static func awaitV1(_ folder: CgroupFolder, patience: Int) throws(SystemError) {
        for attempt in 0..<patience {
            if folder.text("freezer.state") == "FROZEN" { return }
            if attempt % 25 == 24 {
                try folder.write("freezer.state", "THAWED")
                usleep(10)
            }
            usleep(attempt < 10 ? 50 : 1000)
            try folder.write("freezer.state", "FROZEN")
        }
        try giveUp(folder)
    }

    /// `cgroup.events` answers poll(2) with POLLPRI when it has changed since it was last read through the same
    /// descriptor.
    private static func awaitV2(_ folder: CgroupFolder, patience: Int) throws(SystemError) {
        let events = try folder.open("cgroup.events")
        let deadline = KernelClock.monotonic() + Int64(patience) * 1_000_000
        while true {
            try events.seek(to: 0)
            let text = String(decoding: try events.readAll(limit: 1 << 16), as: UTF8.self)
            if text.split(separator: "\n").contains("frozen 1") { return }
            let left = deadline - KernelClock.monotonic()
            guard left > 0 else { break }
            // Rounded up, as poll counts milliseconds.
            _ = try events.wait(for: .priority, upTo: .nanoseconds(left + 1_000_000))
        }
        try giveUp(folder)
    }

    private static func giveUp(_ folder: CgroupFolder) throws(SystemError) {
        try set(frozen: false, folder)
        throw SystemError(errno: Failure.timedOut, call: "freeze", subject: folder.path)
    }
}
