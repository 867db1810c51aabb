internal import APIModel
internal import ClientProfile
internal import Flags
internal import OrderedJSON
internal import Primitives

/// What the flags of `build` say to the engine.
struct BuildQuery {
    private let invocation: Invocation
    private var flags: FlagValues { invocation.flags }

    init(_ invocation: Invocation) { self.invocation = invocation }

    /// Errors: values that are none, in the words of Docker's client.
    func query(_ contexts: SentContexts, _ progress: BuildProgress, _ outputs: BuildOutputs) throws -> Query {
        var query = Query()
        for tag in flags.list("tag") {
            do throws(EngineError) { _ = try ImageReference(parsing: tag) } catch {
                throw CommandFailure(
                    "invalid argument \"\(tag)\" for \"-t, --tag\" flag: \(error.message)", exitCode: 125)
            }
            query["t"] = tag
        }
        query["remote"] = contexts.main.remote
        let dockerfile = contexts.main.dockerfile(flags.text("file"))
        if !dockerfile.isEmpty { query["dockerfile"] = dockerfile }
        query.set("q", if: flags.bool("quiet"))
        query.set("nocache", if: flags.bool("no-cache"))
        query.set("pull", if: flags.bool("pull"))
        query["rm"] = flags.bool("rm") ? "1" : "0"
        query.set("forcerm", if: flags.bool("force-rm"))
        query.set("squash", if: flags.bool("squash"))
        if progress != .classic { query["progress"] = "status" }
        try addImage(&query)
        try addLimits(&query)
        if !outputs.places.isEmpty { query["outputs"] = try Self.json(outputs.places.map(\.request)) }
        if !contexts.named.isEmpty { query["contexts"] = try Self.json(contexts.named.map(\.request)) }
        return query
    }

    private func addImage(_ query: inout Query) throws {
        for name in ["target", "platform"] where !flags.text(name).isEmpty { query[name] = flags.text(name) }
        if flags.text("platform").isEmpty, let platform = invocation.variable("DOCKER_DEFAULT_PLATFORM"),
            !platform.isEmpty
        {
            query["platform"] = platform
        }
        let arguments = try buildArguments
        if !arguments.isEmpty { query["buildargs"] = JSONValue.object(arguments).text() }
        let labels = try KeyValue.labels(flags.list("label"))
        if !labels.isEmpty { query["labels"] = Self.object(labels).text() }
        let caches = flags.list("cache-from").flatMap { $0.split(separator: ",").map(String.init) }
        for cache in caches where cache.contains("=") {
            throw CommandFailure("docker: 'build --cache-from \(cache)': only names of images are supported")
        }
        if !caches.isEmpty { query["cachefrom"] = JSONValue.array(caches.map { .string($0) }).text() }
    }

    private func addLimits(_ query: inout Query) throws {
        let network = flags.text("network")
        if network != "default" { query["networkmode"] = network }
        for host in flags.list("add-host") {
            guard host.contains(":") || host.contains("=") else {
                throw CommandFailure("bad format for add-host: \(host)")
            }
            // Today's client takes `host=ip`, which leaves the address's colons alone.
            query["extrahosts"] = host.contains("=") ? Self.withColon(host) : host
        }
        for option in flags.list("security-opt") { query["securityopt"] = option }
        if let limits = try UlimitForm.limits(flags.list("ulimit")) { query["ulimits"] = try Self.json(limits) }
        for (flag, name) in [("memory", "memory"), ("shm-size", "shmsize")] where !flags.text(flag).isEmpty {
            query[name] = String(try size(flag))
        }
        if !flags.text("memory-swap").isEmpty {
            query["memswap"] = flags.text("memory-swap") == "-1" ? "-1" : String(try size("memory-swap"))
        }
        let numbers = [("cpu-shares", "cpushares"), ("cpu-period", "cpuperiod"), ("cpu-quota", "cpuquota")]
        for (flag, name) in numbers where flags.isSet(flag) { query[name] = String(flags.integer(flag)) }
        let texts = [("cpuset-cpus", "cpusetcpus"), ("cpuset-mems", "cpusetmems"), ("cgroup-parent", "cgroupparent")]
        for (flag, name) in texts where !flags.text(flag).isEmpty { query[name] = flags.text(flag) }
    }

    /// `--build-arg NAME` takes the client's value, if it has one; the user's proxies are arguments as well.
    private var buildArguments: JSONObject {
        get throws {
            var arguments = JSONObject()
            for word in flags.list("build-arg") {
                let (name, value) = KeyValue.split(word)
                guard !name.isEmpty else {
                    throw CommandFailure.invalid(word, for: "build-arg", "invalid environment variable: \(word)")
                }
                arguments[name] = (value ?? invocation.variable(name)).map { .string($0) } ?? .null
            }
            let engine = invocation.variable("DOCKER_HOST") ?? GlobalFlags.defaultHost
            for (name, value) in invocation.profile.proxyVariables(engine: engine) where arguments[name] == nil {
                arguments[name] = .string(value)
            }
            return arguments
        }
    }

    private func size(_ flag: String) throws -> Int64 {
        do throws(EngineError) { return try ByteCount(parsing: flags.text(flag)).bytes } catch {
            throw CommandFailure(error.message)
        }
    }

    private static func withColon(_ host: String) -> String {
        let (name, address) = KeyValue.split(host)
        return "\(name):\(address ?? "")"
    }

    private static func object(_ values: [String: String]) -> JSONValue {
        .object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try OrderedJSONEncoder().encode(value), as: UTF8.self)
    }
}
