internal import OrderedJSON

/// What a shim says to its daemon. `ShimRequest` draws the protocol.
public enum ShimEvent: Sendable, Hashable {
    /// The answer to a request; `error` nil means done.
    case reply(request: Int64, error: String?)
    case status(request: Int64, ShimStatus)
    /// The init runs its program.
    case started(pid: Int32)
    case startFailed(StartFailure)
    /// The kernel killed something of the container for lack of memory.
    case oom
    case exited(ExitRecord)
    case execStarted(id: String, pid: Int32)
    case execFailed(id: String, StartFailure)
    case execExited(id: String, code: Int32)
    /// The shim is gone; made up on the daemon's side when the connection ends. Look for the exit record.
    case disconnected
}

/// All a shim knows.
public struct ShimStatus: Sendable, Hashable {
    public enum State: String, Sendable {
        /// Prepared, waits for `start`.
        case created
        case running
        case exited
    }
    public struct Exec: Sendable, Hashable {
        public var id: String
        public var pid: Int32
        public init(id: String, pid: Int32) {
            self.id = id
            self.pid = pid
        }
    }
    public var state: State
    /// The init's, as the host counts; 0 when there is none.
    public var pid: Int32
    /// Nanoseconds since 1970; 0 before the start.
    public var startedAt: Int64
    public var oomKilled: Bool
    public var execs: [Exec]

    public init(state: State, pid: Int32, startedAt: Int64, oomKilled: Bool, execs: [Exec]) {
        self.state = state
        self.pid = pid
        self.startedAt = startedAt
        self.oomKilled = oomKilled
        self.execs = execs
    }
}

extension ShimEvent {
    public func encoded() -> [UInt8] { JSONValue.object(object).serialized() }

    private var object: JSONObject {
        switch self {
        case .reply(let request, let error):
            var object: JSONObject = ["event": "reply", "request": .integer(request)]
            object["error"] = error.map(JSONValue.string)
            return object
        case .status(let request, let status):
            var object: JSONObject = ["event": "status", "request": .integer(request)]
            status.encode(into: &object)
            return object
        case .started(let pid): return ["event": "started", "pid": .integer(Int64(pid))]
        case .startFailed(let failure): return Self.failed("startFailed", id: nil, failure)
        case .oom: return ["event": "oom"]
        case .exited(let record):
            var object = record.object
            object["event"] = "exited"
            return object
        case .execStarted(let id, let pid):
            return ["event": "execStarted", "id": .string(id), "pid": .integer(Int64(pid))]
        case .execFailed(let id, let failure): return Self.failed("execFailed", id: id, failure)
        case .execExited(let id, let code):
            return ["event": "execExited", "id": .string(id), "code": .integer(Int64(code))]
        case .disconnected: return ["event": "disconnected"]
        }
    }

    private static func failed(_ event: String, id: String?, _ failure: StartFailure) -> JSONObject {
        var object: JSONObject = ["event": .string(event)]
        object["id"] = id.map(JSONValue.string)
        object["kind"] = .string(failure.kind.rawValue)
        object["message"] = .string(failure.message)
        return object
    }

    /// Nil for what is not an event.
    public init?(decoding bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let event = value["event"]?.stringValue else { return nil }
        let request = value["request"]?.integerValue ?? 0
        let id = value["id"]?.stringValue ?? ""
        let pid = value["pid"]?.integerValue.flatMap(Int32.init(exactly:)) ?? 0
        switch event {
        case "reply": self = .reply(request: request, error: value["error"]?.stringValue)
        case "status": self = .status(request: request, ShimStatus(value))
        case "started": self = .started(pid: pid)
        case "startFailed": self = .startFailed(StartFailure(value))
        case "oom": self = .oom
        case "exited": self = .exited(ExitRecord(value))
        case "execStarted": self = .execStarted(id: id, pid: pid)
        case "execFailed": self = .execFailed(id: id, StartFailure(value))
        case "execExited":
            self = .execExited(id: id, code: value["code"]?.integerValue.flatMap(Int32.init(exactly:)) ?? -1)
        default: return nil
        }
    }
}

extension StartFailure {
    init(_ value: JSONValue) {
        let kind = value["kind"]?.stringValue.flatMap(Kind.init(rawValue:)) ?? .other
        self.init(kind, value["message"]?.stringValue ?? "")
    }
}

extension ShimStatus {
    func encode(into object: inout JSONObject) {
        object["state"] = .string(state.rawValue)
        object["pid"] = .integer(Int64(pid))
        object["startedAt"] = .integer(startedAt)
        object["oomKilled"] = .bool(oomKilled)
        object["execs"] = .array(execs.map { ["id": .string($0.id), "pid": .integer(Int64($0.pid))] })
    }

    init(_ value: JSONValue) {
        state = value["state"]?.stringValue.flatMap(State.init(rawValue:)) ?? .exited
        pid = value["pid"]?.integerValue.flatMap(Int32.init(exactly:)) ?? 0
        startedAt = value["startedAt"]?.integerValue ?? 0
        oomKilled = value["oomKilled"]?.boolValue ?? false
        execs = (value["execs"]?.arrayValue ?? []).map {
            Exec(
                id: $0["id"]?.stringValue ?? "", pid: $0["pid"]?.integerValue.flatMap(Int32.init(exactly:)) ?? 0)
        }
    }
}
