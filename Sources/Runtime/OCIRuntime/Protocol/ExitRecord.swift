public import LinuxSystem
internal import OrderedJSON

/// How a container ended. On disk (temporary file, fsync, rename) before anybody is told, so that a daemon that was
/// away finds it.
public struct ExitRecord: Sendable, Hashable {
    public var containerID: String
    /// The init's exit code, or 128 + the signal that killed it; 127, 126 or 128 for a program that did not start.
    public var code: Int32
    public var oomKilled: Bool
    public var pid: Int32
    /// Nanoseconds since 1970; `startedAt` is 0 if the program never ran.
    public var startedAt: Int64
    public var finishedAt: Int64
    /// Why the program never ran; nil if it did.
    public var failure: StartFailure?

    public init(
        containerID: String, code: Int32, oomKilled: Bool = false, pid: Int32 = 0, startedAt: Int64 = 0,
        finishedAt: Int64, failure: StartFailure? = nil
    ) {
        self.containerID = containerID
        self.code = code
        self.oomKilled = oomKilled
        self.pid = pid
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.failure = failure
    }

    /// The record a shim left in `bundle`; nil when there is none yet. Errors: EINVAL for a file that is not one.
    public static func read(bundle: String, name: String = "exit.json") throws(SystemError) -> ExitRecord? {
        let path = name.hasPrefix("/") ? name : "\(bundle)/\(name)"
        let bytes: [UInt8]
        do {
            bytes = try FD.open(at: RawPath(path), .readOnly).readAll(limit: 1 << 20)
        } catch {
            if error.errno == 2 { return nil }
            throw error
        }
        guard let value = try? JSONValue(parsing: bytes), value["code"]?.integerValue != nil else {
            throw SystemError(errno: 22, call: "read", subject: path)
        }
        return ExitRecord(value)
    }

    func write(to path: String) throws(SystemError) {
        let temporary = RawPath("\(path).new")
        let file = try FD.open(at: temporary, [.writeOnly, .create, .truncate], mode: 0o600)
        try file.writeAll(JSONValue.object(object).serialized() + [10])
        try file.sync()
        let here = try FD.open(at: ".", [.path, .directory])
        try here.rename(temporary, into: here, as: RawPath(path))
    }

    var object: JSONObject {
        var object: JSONObject = [
            "containerID": .string(containerID), "code": .integer(Int64(code)), "oomKilled": .bool(oomKilled),
            "pid": .integer(Int64(pid)), "startedAt": .integer(startedAt), "finishedAt": .integer(finishedAt),
        ]
        if let failure {
            object["kind"] = .string(failure.kind.rawValue)
            object["message"] = .string(failure.message)
        }
        return object
    }

    init(_ value: JSONValue) {
        self.init(
            containerID: value["containerID"]?.stringValue ?? "",
            code: value["code"]?.integerValue.flatMap(Int32.init(exactly:)) ?? -1,
            oomKilled: value["oomKilled"]?.boolValue ?? false,
            pid: value["pid"]?.integerValue.flatMap(Int32.init(exactly:)) ?? 0,
            startedAt: value["startedAt"]?.integerValue ?? 0, finishedAt: value["finishedAt"]?.integerValue ?? 0,
            failure: value["message"] == nil ? nil : StartFailure(value))
    }
}
