internal import CLinux
internal import Glibc
public import LinuxSystem

extension ControlGroup {
    /// Removes the group and those below it. Processes that are about to end keep it busy for a moment, so EBUSY is
    /// tried again for up to `patience`. A group that is not there is no error.
    public func remove(patience: Duration = .seconds(2)) throws(SystemError) {
        var first: SystemError?
        var left = patience
        for folder in folders {
            do { try folder.remove(patience: &left) } catch { first = first ?? error }
        }
        if let first { throw first }
    }
}

extension CgroupFolder {
    fileprivate func remove(patience: inout Duration) throws(SystemError) {
        var pause = Duration.microseconds(200)
        while true {
            let result = removeOnce()
            if result == 0 || result == -Failure.noEntry { return }
            guard result == -Failure.busy, patience > .zero else {
                try check(result, "rmdir", path)
                return
            }
            if let children = try? children(), !children.isEmpty {
                for child in children { try child.remove(patience: &patience) }
                continue
            }
            usleep(UInt32(clamping: pause.components.attoseconds / 1_000_000_000_000))
            patience -= pause
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    private func removeOnce() -> Int32 { cl_unlinkat(-100, path, 0x200) }
}
