internal import OrderedJSON

/// What a daemon asks of a shim.
///
/// The control protocol: AF_UNIX SOCK_SEQPACKET, one JSON object per packet, descriptors by SCM_RIGHTS. Descriptor 3 is
/// the first connection; later daemons connect to `shim.sock` in the bundle. Every connection sees every event.
/// ```
///   daemon                                   shim
///     | -- attach {request:1,…} + socket -->  |  as often as wanted, before and after start
///     | <-- reply {request:1} --------------- |
///     | -- start {request:2} -------------->  |  exec of the prepared init
///     | <-- started {pid} or startFailed ---- |  (the reply to 2 says only that it was heard)
///     | -- exec {id,process,…} + socket --->  |
///     | <-- execStarted or execFailed ------- |
///     | -- resize, signal ----------------->  |
///     | <-- reply {request:n[,error]} ------- |
///     | -- status {request:n} ------------->  |
///     | <-- status {request:n,state,…} ------ |
///     | <-- oom, execExited, exited --------- |
/// ```
/// If the first connection ends before `start`, the container is given up. After `exited` the shim stays until the
/// attached streams have been written out, and leaves; from then on the exit record says how it went.
public enum ShimRequest: Sendable, Hashable {
    /// With one stream socket.
    case attach(AttachOptions)
    case start
    /// With one stream socket, or without for a process nobody listens to.
    case exec(ExecOptions)
    /// The size of a terminal; `exec` nil is the container's own.
    case resize(exec: String?, columns: UInt16, rows: UInt16)
    /// `kill(2)` for the init or an exec; a number of `signal(7)`.
    case signal(exec: String?, number: Int32)
    case status
}

/// Which streams go over an attached socket.
///
/// Output is framed as Docker's stdcopy (`[stream,0,0,0,length: 32 bits big-endian]` and at most 32 KiB) unless the
/// process has a terminal, then it is raw. What comes in is standard input as it is; shutting down the writing side ends it.
public struct AttachOptions: Sendable, Hashable {
    public var stdin: Bool
    public var stdout: Bool
    public var stderr: Bool
    /// How long the client may read nothing while its 1 MiB buffer is full before it is dropped, in milliseconds.
    /// Until then it holds the container's output back, as Docker does; nil holds it back for ever.
    public var stallLimit: Int?

    public init(stdin: Bool = false, stdout: Bool = true, stderr: Bool = true, stallLimit: Int? = nil) {
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.stallLimit = stallLimit
    }
}

/// A further process in a running container.
public struct ExecOptions: Sendable, Hashable {
    public var id: String
    /// A file in the bundle with an OCI `process` object.
    public var processFile: String
    public var terminal: Bool
    public var streams: AttachOptions
    /// As in `SupervisorConfig`.
    public var user: String?
    public var additionalGroups: [String]
    /// Full privileges: no seccomp filter.
    public var unconfined: Bool

    public init(
        id: String, processFile: String, terminal: Bool = false, streams: AttachOptions = AttachOptions(),
        user: String? = nil, additionalGroups: [String] = [], unconfined: Bool = false
    ) {
        self.id = id
        self.processFile = processFile
        self.terminal = terminal
        self.streams = streams
        self.user = user
        self.additionalGroups = additionalGroups
        self.unconfined = unconfined
    }
}

/// A request with the number its reply will carry.
public struct NumberedRequest: Sendable, Hashable {
    public var number: Int64
    public var request: ShimRequest

    public init(number: Int64, request: ShimRequest) {
        self.number = number
        self.request = request
    }
}

extension NumberedRequest {
    public func encoded() -> [UInt8] {
        var object: JSONObject = ["request": .integer(number)]
        switch request {
        case .attach(let options):
            object["type"] = "attach"
            options.encode(into: &object)
        case .start: object["type"] = "start"
        case .exec(let options):
            object["type"] = "exec"
            options.encode(into: &object)
        case .resize(let exec, let columns, let rows):
            object["type"] = "resize"
            object["exec"] = exec.map(JSONValue.string)
            object["columns"] = .integer(Int64(columns))
            object["rows"] = .integer(Int64(rows))
        case .signal(let exec, let number):
            object["type"] = "signal"
            object["exec"] = exec.map(JSONValue.string)
            object["number"] = .integer(Int64(number))
        case .status: object["type"] = "status"
        }
        return JSONValue.object(object).serialized()
    }

    /// Nil for what is not a request.
    public init?(decoding bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let number = value["request"]?.integerValue,
            let request = ShimRequest(value)
        else { return nil }
        self.init(number: number, request: request)
    }
}

extension ShimRequest {
    init?(_ value: JSONValue) {
        let exec = value["exec"]?.stringValue
        switch value["type"]?.stringValue {
        case "attach": self = .attach(AttachOptions(value))
        case "start": self = .start
        case "status": self = .status
        case "exec":
            guard let options = ExecOptions(value) else { return nil }
            self = .exec(options)
        case "resize":
            guard let columns = value["columns"]?.integerValue.flatMap(UInt16.init(exactly:)),
                let rows = value["rows"]?.integerValue.flatMap(UInt16.init(exactly:))
            else { return nil }
            self = .resize(exec: exec, columns: columns, rows: rows)
        case "signal":
            guard let number = value["number"]?.integerValue.flatMap(Int32.init(exactly:)) else { return nil }
            self = .signal(exec: exec, number: number)
        default: return nil
        }
    }
}

extension AttachOptions {
    func encode(into object: inout JSONObject) {
        object["stdin"] = .bool(stdin)
        object["stdout"] = .bool(stdout)
        object["stderr"] = .bool(stderr)
        object["stallLimit"] = stallLimit.map { .integer(Int64($0)) }
    }

    init(_ value: JSONValue) {
        stdin = value["stdin"]?.boolValue ?? false
        stdout = value["stdout"]?.boolValue ?? false
        stderr = value["stderr"]?.boolValue ?? false
        stallLimit = value["stallLimit"]?.integerValue.flatMap(Int.init(exactly:))
    }
}

extension ExecOptions {
    func encode(into object: inout JSONObject) {
        object["id"] = .string(id)
        object["process"] = .string(processFile)
        object["terminal"] = .bool(terminal)
        streams.encode(into: &object)
        object["user"] = user.map(JSONValue.string)
        object["groups"] = .array(additionalGroups.map(JSONValue.string))
        object["unconfined"] = .bool(unconfined)
    }

    init?(_ value: JSONValue) {
        guard let id = value["id"]?.stringValue, let file = value["process"]?.stringValue else { return nil }
        self.init(
            id: id, processFile: file, terminal: value["terminal"]?.boolValue ?? false,
            streams: AttachOptions(value), user: value["user"]?.stringValue,
            additionalGroups: value["groups"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            unconfined: value["unconfined"]?.boolValue ?? false)
    }
}
