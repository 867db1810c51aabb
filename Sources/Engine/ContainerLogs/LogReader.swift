public import LinuxSystem
internal import Primitives

/// Reads a container's `json-file` log: the current file and those it was rotated to, oldest first.
///
/// A pull reader for a blocking thread. Without `follow` it ends where the log ended when it was opened. With it,
/// `next` answers nil when nothing new is there; then `wait` for more. The files are held open and told apart by
/// inode, so a rotation in the midst loses and doubles nothing; only a file that is deleted before it was read is gone.
public struct LogReader: Sendable {
    let path: String
    let query: LogQuery
    private let framing: LogFraming
    private let since: LogTimeBound?
    private let until: LogTimeBound?

    /// The file being read, and those after it.
    var current: LogFile?
    var queue: [LogFile]
    /// Where the next read of the current file starts.
    var offset: Int64 = 0
    var buffer = LogBuffer()
    /// Nil unless following.
    let watch: FolderWatch?
    private(set) var isFinished = false
    /// Lines that could not be understood and were left out.
    public private(set) var brokenLines = 0

    /// Opens the log at `path`. A file that is not there yet is an empty log. Errors: what `open(2)` says.
    public init(path: String, query: LogQuery = LogQuery(), framing: LogFraming = .multiplexed) throws(SystemError) {
        self.path = path
        self.query = query
        self.framing = framing
        since = query.since.map(LogTimeBound.init)
        until = query.until.map(LogTimeBound.init)
        // Before the files are looked at, so that no change falls in between.
        watch = query.follow ? try FolderWatch(folderOf: path) : nil
        queue = try LogFiles.open(path)
        let start = try query.tail.map { tail throws(SystemError) in try LogFiles.tail(queue, tail) }
        queue.removeFirst(start?.file ?? 0)
        advance()
        offset = start?.offset ?? 0
    }

    /// Goes on to the next file.
    mutating func advance() {
        brokenLines += buffer.isEmpty ? 0 : 1
        buffer.removeAll()
        offset = 0
        current = queue.isEmpty ? nil : queue.removeFirst()
    }

    /// The next lines, about `maxBytes` of output (one long line may go beyond), or nil when there are none: at the end
    /// of the log, or with `follow` for now.
    public mutating func next(maxBytes: Int = 64 << 10) throws(SystemError) -> [UInt8]? {
        var output = LogOutput(framing, capacity: maxBytes)
        while !isFinished, output.bytes.count < maxBytes {
            let needsMore = take(into: &output, maxBytes: maxBytes)
            if needsMore, try !fill() { break }
        }
        output.close()
        return output.bytes.isEmpty ? nil : output.bytes
    }

    /// Takes lines from the buffer; true when it has no whole one left.
    private mutating func take(into output: inout LogOutput, maxBytes: Int) -> Bool {
        var place = buffer.start
        var needsMore = false
        var broken = 0
        var isOver = false
        buffer.withBytes { bytes in
            while output.bytes.count < maxBytes, !isOver {
                switch LogLine.scan(bytes, from: place) {
                case .line(let line):
                    isOver = !write(line, bytes, &output)
                    place = line.next
                case .incomplete:
                    needsMore = true
                    return
                case .foreign:
                    guard let end = LogBuffer.newline(bytes, from: place) else {
                        needsMore = true
                        return
                    }
                    if let line = ForeignLine(bytes[place..<end]) {
                        isOver = !write(line, &output)
                    } else if end > place {
                        broken += 1
                    }
                    place = end + 1
                }
            }
        }
        buffer.start = place
        brokenLines += broken
        isFinished = isFinished || isOver
        return needsMore
    }

    /// False for the first line that is too late.
    @inline(__always)
    private func write(_ line: LogLine, _ bytes: UnsafeRawBufferPointer, _ output: inout LogOutput) -> Bool {
        if let since, since.compare(bytes, line.time) < 0 { return true }
        if let until, until.compare(bytes, line.time) > 0 { return false }
        guard line.stream == 1 ? query.stdout : query.stderr else { return true }
        output.open(line.stream)
        if query.timestamps { output.appendTimestamp(bytes, line.time) }
        if query.details { output.appendDetails(bytes, line.attributes) }
        output.appendUnescaped(bytes, line.text)
        return true
    }

    private func write(_ line: ForeignLine, _ output: inout LogOutput) -> Bool {
        if let since, since.compare(line.time) < 0 { return true }
        if let until, until.compare(line.time) > 0 { return false }
        guard line.stream == 1 ? query.stdout : query.stderr else { return true }
        output.open(line.stream)
        if query.timestamps { output.append((line.time.fixedWidth + " ").utf8) }
        if query.details { output.append((ForeignLine.detail(line.attributes) + " ").utf8) }
        output.append(line.text)
        return true
    }
}
