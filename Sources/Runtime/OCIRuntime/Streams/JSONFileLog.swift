internal import LinuxSystem
internal import OrderedJSON

/// The container's log file in Docker's `json-file` format, with rotation.
///
/// Lines are collected and written in batches; `flush()` ends a batch. All lines of one piece of output carry the time at
/// which it was read. Lines longer than 16 KiB are written in pieces of that size without `\n`, as Docker does.
/// A write that the file system refuses (ENOSPC) loses that batch, not the container.
final class JSONFileLog {
    /// Docker's copier takes lines of at most this many bytes.
    static let longestPiece = 16_384

    private let config: SupervisorConfig.Log
    private var file: FDBox
    /// Bytes in the current file.
    private var size: Int64
    private var writer = JSONLineWriter(capacity: 160 << 10)
    private var pending: [OutputStream: [UInt8]] = [:]
    private var tails: [OutputStream: Tail] = [:]
    private var tailTime: Int64 = .min

    /// What follows the text of a line: with its newline, and without for pieces.
    private struct Tail {
        var line: [UInt8]
        var piece: [UInt8]
    }

    init(_ config: SupervisorConfig.Log) throws(SystemError) {
        self.config = config
        file = try Self.open(config.path)
        size = try file.fd.stat().size
    }

    private static func open(_ path: String) throws(SystemError) -> FDBox {
        FDBox(try FD.open(at: RawPath(path), [.writeOnly, .create, .append], mode: 0o640))
    }

    /// Takes a piece of output; `time` is in nanoseconds since 1970.
    func append(_ bytes: UnsafeRawBufferPointer, from stream: OutputStream, time: Int64) {
        guard !bytes.isEmpty else { return }
        setTime(time)
        guard let tail = tails[stream] else { return }
        var rest = bytes
        if var held = pending.removeValue(forKey: stream), !held.isEmpty {
            let end = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.count
            held.append(contentsOf: rest[..<end])
            rest = UnsafeRawBufferPointer(rebasing: rest[end...])
            held.withUnsafeBytes { write($0, tail, stream) }
        }
        write(rest, tail, stream)
    }

    /// Writes what is left of an unfinished line, without `\n`, and the batch.
    func finish(time: Int64) {
        setTime(time)
        for stream in OutputStream.allCases {
            guard let held = pending.removeValue(forKey: stream), let tail = tails[stream] else { continue }
            held.withUnsafeBytes { piece($0, tail) }
        }
        flush()
    }

    private func write(_ bytes: UnsafeRawBufferPointer, _ tail: Tail, _ stream: OutputStream) {
        var rest = bytes
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.longestPiece))
            makeRoom(for: part.count, tail)
            let mark = writer.count
            writer.append(Self.head)
            let end = writer.appendLine(part)
            if end < part.count {
                writer.append(tail.line)
                rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
            } else if part.count == Self.longestPiece {
                writer.append(tail.piece)
                rest = UnsafeRawBufferPointer(rebasing: rest[part.count...])
            } else {
                // The beginning of a line whose end has not come yet.
                writer.truncate(to: mark)
                pending[stream] = Array(part)
                return
            }
        }
    }

    private func piece(_ bytes: UnsafeRawBufferPointer, _ tail: Tail) {
        guard !bytes.isEmpty else { return }
        makeRoom(for: bytes.count, tail)
        writer.append(Self.head)
        _ = writer.appendLine(bytes)
        writer.append(tail.piece)
    }

    @inline(__always)
    private func makeRoom(for count: Int, _ tail: Tail) {
        if !writer.hasRoom(source: count, fixed: Self.head.count + tail.line.count) { flush() }
        if config.maxSize > 0 && size + Int64(writer.count) >= config.maxSize { rotate() }
    }

    /// Writes the batch to the file.
    func flush() {
        guard writer.count > 0 else { return }
        let count = writer.count
        if (try? file.fd.writeAll(writer.bytes)) != nil { size += Int64(count) }
        writer.removeAll()
    }

    // MARK: Frame of a line

    private static let head = Array("{\"log\":\"".utf8)

    private func setTime(_ time: Int64) {
        guard time != tailTime else { return }
        tailTime = time
        let text = LogTime.format(time)
        for stream in OutputStream.allCases {
            let end = "\",\"stream\":\"\(stream.name)\"\(attributes),\"time\":\"\(text)\"}\n"
            tails[stream] = Tail(line: Array(("\\n" + end).utf8), piece: Array(end.utf8))
        }
    }

    private lazy var attributes: String = {
        guard !config.attributes.isEmpty else { return "" }
        let sorted = config.attributes.sorted { $0.key < $1.key }
        let object = JSONObject(sorted.map { ($0.key, JSONValue.string($0.value)) })
        return ",\"attrs\":" + String(decoding: JSONValue.object(object).serialized(.goCompact), as: UTF8.self)
    }()

    // MARK: Rotation

    /// Shifts `path` to `path.1` and so on; with one file allowed, that one is truncated.
    private func rotate() {
        flush()
        guard size >= config.maxSize else { return }
        if config.maxFile > 1 {
            for number in stride(from: config.maxFile - 1, to: 0, by: -1) {
                let from = number == 1 ? config.path : "\(config.path).\(number - 1)"
                shift(from, to: "\(config.path).\(number)")
            }
            if let fresh = try? Self.open(config.path) { file = fresh }
        } else {
            _ = try? file.fd.truncate(to: 0)
        }
        size = (try? file.fd.stat().size) ?? 0
    }

    private func shift(_ from: String, to target: String) {
        // Not there yet, for the higher numbers.
        guard let here = try? FD.open(at: ".", [.path, .directory]) else { return }
        _ = try? here.rename(RawPath(from), into: here, as: RawPath(target))
    }
}
