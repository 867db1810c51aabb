import LinuxSystem

/// Modification times to set when nothing more is put into the directories. Names stand in one buffer: there may be a
/// million.
struct DirectoryTimes {
    private var names: [UInt8] = []
    private var ends: [(end: Int, time: FileTime)] = []

    mutating func add(_ path: EntryPath, _ time: FileTime) {
        for part in path.parts {
            names.append(0x2f)
            names.append(contentsOf: part)
        }
        ends.append((names.count, time))
    }

    /// Sets them in the order they came. What has been removed or replaced since is passed over.
    func apply(root: FDBox, chain: DirectoryChain) throws {
        var start = 0
        for (end, time) in ends {
            defer { start = end }
            guard let path = EntryPath(Array(names[start..<end])) else { continue }
            do {
                if path.isRoot {
                    // By way of `.`: the root's descriptor may be O_PATH.
                    try root.fd.setTimes(".", accessed: time, modified: time)
                } else {
                    let parent = try chain.directory(path.parents)
                    try parent.fd.setTimes(path.base, accessed: time, modified: time)
                }
            } catch let error as SystemError where error.errno == 2 || error.errno == 20 || error.errno == 40 {
                continue
            }
        }
    }
}
