extension FD {
    /// Removes the entry `name` of this directory with everything below it, without following links and without
    /// crossing mounts (EXDEV): each level is opened from the one above. Not there is fine. `beforeEach` is called before
    /// each file and each directory goes.
    public borrowing func removeTree(_ name: RawPath, beforeEach: () -> Void = {}) throws(SystemError) {
        beforeEach()
        do {
            try unlink(name)
        } catch {
            // A directory gives EISDIR (EPERM on file systems that follow POSIX).
            if error.errno == 2 { return }
            guard error.errno == 21 || error.errno == 1 else { throw error }
            try removeDirectoryTree(name, beforeEach)
        }
    }

    private borrowing func removeDirectoryTree(_ name: RawPath, _ beforeEach: () -> Void) throws(SystemError) {
        do {
            let directory = try open(name, [.directory, .noFollow], resolve: .noMountCrossing)
            try directory.removeContents(beforeEach: beforeEach)
        } catch {
            if error.errno != 2 { throw error }
        }
        do {
            try removeDirectory(name)
        } catch {
            if error.errno != 2 { throw error }
        }
    }

    /// Removes everything in this directory (not O_PATH) and leaves itself.
    ///
    /// Goes down with a list of its own, not by recursion, and moves what is nested too deeply up to this directory:
    /// the depth of a tree is its maker's choice, stacks and descriptors are not.
    public borrowing func removeContents(beforeEach: () -> Void = {}) throws(SystemError) {
        let top = FDBox(try duplicate())
        var pending: [(FDBox, RawPath)] = []
        var moved = 0
        try removeLeaves(pending: &pending, beforeEach)
        while let (directory, name) = pending.last {
            if pending.count > 128 && directory !== top {
                let newName = RawPath(".martlet-deep-\(moved)")
                moved += 1
                try directory.fd.rename(name, into: top.fd, as: newName)
                pending.removeLast()
                pending.insert((top, newName), at: 0)
                continue
            }
            let count = pending.count
            let child: FD
            do {
                child = try directory.fd.open(name, [.directory, .noFollow], resolve: .noMountCrossing)
            } catch {
                guard error.errno == 2 else { throw error }
                pending.removeLast()
                continue
            }
            try child.removeLeaves(pending: &pending, beforeEach)
            guard pending.count == count else { continue }
            beforeEach()
            try directory.fd.removeDirectory(name)
            pending.removeLast()
        }
    }

    /// Unlinks all that is not a directory and appends the directories.
    private borrowing func removeLeaves(
        pending: inout [(FDBox, RawPath)], _ beforeEach: () -> Void
    ) throws(SystemError) {
        var box: FDBox?
        for entry in try entries() {
            if entry.kind != .directory {
                beforeEach()
                do {
                    try unlink(entry.name)
                    continue
                } catch {
                    if error.errno == 2 { continue }
                    guard error.errno == 21 || error.errno == 1 else { throw error }
                    if try stat(entry.name).kind != .directory { throw error }
                }
            }
            let parent: FDBox
            if let box { parent = box } else { parent = FDBox(try duplicate()) }
            box = parent
            pending.append((parent, entry.name))
        }
    }
}
