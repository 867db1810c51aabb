internal import LinuxSystem

/// An open file of a container's log. Its inode tells it from others when names move on.
struct LogFile {
    var box: FDBox
    var inode: UInt64
    var device: UInt64
    /// Bytes when it was opened.
    var size: Int64

    init?(_ path: String) throws(SystemError) {
        let fd: FD
        do {
            fd = try FD.open(at: RawPath(path), .readOnly)
        } catch {
            guard error.errno == 2 else { throw error }
            return nil
        }
        let status = try fd.stat()
        box = FDBox(fd)
        inode = status.inode
        device = status.device
        size = status.size
    }

    func isSame(as other: LogFile) -> Bool { inode == other.inode && device == other.device }
}

/// The files that a log consists of: `path` is the newest, `path.1` the one before it, and so on.
enum LogFiles {
    /// A bound for whoever has more; Docker's `max-file` is a small number.
    private static let most = 1000

    /// Opens all, oldest first. Names shift while a rotation goes on: from newer to older they are opened, so that a
    /// file is rather seen twice than not at all; in that case, or when the newest is not the newest any more, the
    /// round is made again.
    static func open(_ path: String) throws(SystemError) -> [LogFile] {
        var files: [LogFile] = []
        for _ in 0..<20 {
            files = try round(path)
            let isDouble = files.indices.contains { first in
                files[(first + 1)...].contains { $0.isSame(as: files[first]) }
            }
            if !isDouble, try isCurrent(files.first, path) { break }
        }
        return files.reversed()
    }

    private static func isCurrent(_ file: LogFile?, _ path: String) throws(SystemError) -> Bool {
        guard let file, let now = try? HostFile.status(path) else { return true }
        return now.inode == file.inode && now.device == file.device
    }

    /// Newest first. In the midst of a rotation one number is missing.
    private static func round(_ path: String) throws(SystemError) -> [LogFile] {
        var files: [LogFile] = []
        var missing = 0
        if let file = try LogFile(path) { files.append(file) }
        for number in 1..<most {
            if let file = try LogFile("\(path).\(number)") {
                files.append(file)
                missing = 0
            } else {
                missing += 1
                if missing == 2 { break }
            }
        }
        return files
    }
}

extension LogFiles {
    /// Where the last `count` lines begin: an index into `files` and a place in that file. Lines that have no newline
    /// yet do not count.
    static func tail(_ files: [LogFile], _ count: Int) throws(SystemError) -> (file: Int, offset: Int64) {
        var left = max(count, 0)
        for index in files.indices.reversed() {
            if let offset = try offset(files[index], &left) { return (index, offset) }
        }
        return (0, 0)
    }

    /// Goes backwards through a file in big steps. Nil when it has fewer lines than are left, which go down.
    private static func offset(_ file: LogFile, _ left: inout Int) throws(SystemError) -> Int64? {
        var end = file.size
        var step: Int64 = 64 << 10
        while end > 0 {
            let start = max(0, end - step)
            let bytes = try read(file, start, Int(end - start))
            // Truncated meanwhile: what there is now is new.
            guard bytes.count == Int(end - start) else { return 0 }
            var place = bytes.count
            while let newline = lastNewline(bytes, before: place) {
                // The one that ends the line before the first that is wanted.
                if left == 0 { return start + Int64(newline) + 1 }
                left -= 1
                place = newline
            }
            end = start
            step = 1 << 20
        }
        return left == 0 ? 0 : nil
    }

    private static func lastNewline(_ bytes: [UInt8], before end: Int) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            var place = end
            while place > 0 {
                place -= 1
                if bytes[place] == 0x0A { return place }
            }
            return nil
        }
    }

    private static func read(_ file: LogFile, _ start: Int64, _ count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let more = try bytes.withUnsafeMutableBufferPointer { elements throws(SystemError) in
                try file.box.fd.read(
                    into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: elements[filled...])),
                    at: start + Int64(filled))
            }
            if more == 0 { break }
            filled += more
        }
        if filled < count { bytes.removeSubrange(filled...) }
        return bytes
    }
}
