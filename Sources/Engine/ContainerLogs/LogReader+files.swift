internal import LinuxSystem

extension LogReader {
    /// Reads on, in this file or the next. False when there is nothing more, or with `follow` nothing now.
    mutating func fill() throws(SystemError) -> Bool {
        while true {
            guard let file = current else { return try openFirst() }
            if try read(file) { return true }
            if queue.isEmpty {
                guard query.follow, try findSuccessors(of: file) else { return false }
                // Written between our last look and the rotation.
                if try read(file) { return true }
            }
            guard !queue.isEmpty else { continue }
            advance()
        }
    }

    /// True if there was something.
    private mutating func read(_ file: LogFile) throws(SystemError) -> Bool {
        var limit = Int.max
        if !query.follow { limit = Int(clamping: max(0, file.size - offset)) }
        let count = try buffer.fill(from: file.box.fd, at: offset, limit: limit)
        offset += Int64(count)
        return count > 0
    }

    /// A log that was not there when we came, or is being rotated.
    private mutating func openFirst() throws(SystemError) -> Bool {
        guard query.follow else { return false }
        queue = try LogFiles.open(path)
        guard !queue.isEmpty else { return false }
        advance()
        return true
    }

    /// Looks for files that came after the one that is read to its end. True when it is certain that nothing more will
    /// be written to it, or when it was cut to begin anew.
    private mutating func findSuccessors(of file: LogFile) throws(SystemError) -> Bool {
        if let now = try? HostFile.status(path), now.inode == file.inode, now.device == file.device {
            guard now.size < offset else { return false }
            // `max-file=1`: emptied in place.
            offset = 0
            buffer.removeAll()
            return true
        }
        let files = try LogFiles.open(path)
        guard let place = files.firstIndex(where: { $0.isSame(as: file) }) else {
            // Gone altogether: everything there is came later.
            queue = files
            return !files.isEmpty
        }
        queue = Array(files[(place + 1)...])
        return !queue.isEmpty
    }
}
