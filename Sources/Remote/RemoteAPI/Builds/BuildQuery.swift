internal import APIModel
internal import OrderedJSON
internal import Primitives

extension BuildRequest {
    /// Reads the parameters and headers of `POST /build`, each from the version on that has it.
    init(
        _ query: Query, version: APIVersion, header: (String) -> String? = { _ in nil }
    ) throws(EngineError) {
        self.init()
        func speaks(_ minor: Int) -> Bool { version >= APIVersion(1, minor) }
        dockerfile = query["dockerfile"] ?? ""
        tags = query.all("t").filter { !$0.isEmpty }
        remote = query.text("remote")
        isQuiet = query.bool("q")
        ignoresCache = query.bool("nocache")
        pulls = speaks(16) && query.bool("pull")
        removesFailed = query.bool("forcerm")
        removesContainers = removesFailed || query.text("rm") == nil || query.bool("rm")
        limits = try BuildLimits(query)
        arguments = try query.object("buildargs", of: String?.self)
        labels = try query.object("labels", of: String.self)
        cacheFrom = try query.list("cachefrom", of: String.self)
        target = query["target"] ?? ""
        networkMode = query["networkmode"] ?? ""
        squashes = query.bool("squash")
        if speaks(32) { platform = query["platform"] ?? "" }
        extraHosts = try query.extraHosts()
        if speaks(40) { outputs = try query.list("outputs", of: BuildOutput.self) }
        contexts = try query.list("contexts", of: BuildContextName.self)
        securityOptions = query.all("securityopt").filter { !$0.isEmpty }
        id = query["buildid"] ?? ""
        authorizations = RegistryAuthorization.all(header: header("x-registry-config"))
        agents = Set(query.all("ssh").filter { !$0.isEmpty })
        guard agents.isEmpty || !id.isEmpty else {
            throw EngineError(.badParameter, "agents are forwarded to a build with an id only: buildid is missing")
        }
        secrets = try BuildSecrets(header: header(BuildSecrets.headerName))
        steps = speaks(25) ? .ofTotal : speaks(21) ? .fromOne : .fromZero
        progress = query["progress"] == "status" ? .status : .classic
        try checkVersion(query)
        try Self.checkMeaningless(query)
    }

    /// What says nothing here, or would say too much to be left unheard. `compress` is not looked at: a context's form is seen
    /// in its first bytes.
    private static func checkMeaningless(_ query: Query) throws(EngineError) {
        if let isolation = query.text("isolation"), isolation.lowercased() != "default" {
            throw EngineError(.badParameter, "unsupported isolation: \"\(isolation)\"")
        }
        if query.text("session") != nil {
            throw EngineError(
                .badParameter, "session: builds have no session; contexts, secrets and agents come with the call")
        }
    }

    /// 2 is BuildKit, which speaks another protocol over another connection.
    private func checkVersion(_ query: Query) throws(EngineError) {
        switch query["version"] {
        case nil, "", "1": break
        case "2":
            throw EngineError(
                .notImplemented, "the protocol of BuildKit is not supported; build with DOCKER_BUILDKIT=0")
        case let other?: throw EngineError(.badParameter, "invalid version \(other)")
        }
    }
}

extension BuildResultRequest {
    /// Reads the parameters of `GET /build/result`.
    init(_ query: Query) throws(EngineError) {
        let type = query["type"] ?? ""
        guard let form = Form(rawValue: type) else {
            throw EngineError(.badParameter, "unknown form of a build's result: \(type)")
        }
        let names = try query.all("t").map { text throws(EngineError) in
            try ImageReference(parsing: text).withDefaultTag
        }
        self.init(id: query["id"] ?? "", form: form, names: names)
    }
}

extension BuildLimits {
    /// Numbers that are none count as 0, as with Docker.
    fileprivate init(_ query: Query) throws(EngineError) {
        self.init()
        func number(_ name: String) -> Int64 { query[name].flatMap { Int64($0) } ?? 0 }
        memory = number("memory")
        memorySwap = number("memswap")
        cpuShares = number("cpushares")
        cpusetCpus = query["cpusetcpus"] ?? ""
        cpusetMems = query["cpusetmems"] ?? ""
        cpuPeriod = number("cpuperiod")
        cpuQuota = number("cpuquota")
        cgroupParent = query["cgroupparent"] ?? ""
        if let text = query.text("shmsize") {
            guard let size = Int64(text) else {
                throw EngineError(.badParameter, "strconv.ParseInt: parsing \"\(text)\": invalid syntax")
            }
            shmSize = size
        }
        ulimits = try query.list("ulimits", of: Ulimit.self)
    }
}

extension Query {
    /// A parameter that is a JSON document; nil when absent, empty or null. Errors: `badParameter`.
    private func document<Value: Decodable>(_ name: String, as type: Value.Type) throws(EngineError) -> Value? {
        guard let text = text(name) else { return nil }
        do {
            return try OrderedJSONDecoder().decode(Value?.self, from: Array(text.utf8))
        } catch {
            throw EngineError(.badParameter, "error reading \(name): \(error)", cause: error)
        }
    }

    fileprivate func list<Element: Decodable>(_ name: String, of type: Element.Type) throws(EngineError) -> [Element] {
        try document(name, as: [Element].self) ?? []
    }

    fileprivate func object<Value: Decodable>(
        _ name: String, of type: Value.Type
    ) throws(EngineError) -> [String: Value] {
        try document(name, as: [String: Value].self) ?? [:]
    }

    /// Docker's client sends each by itself, docker-py a JSON object of names and addresses.
    fileprivate func extraHosts() throws(EngineError) -> [String] {
        let values = all("extrahosts").filter { !$0.isEmpty }
        guard values.count == 1, values[0].hasPrefix("{") else { return values }
        let object = try object("extrahosts", of: String.self)
        return object.map { "\($0.key):\($0.value)" }.sorted()
    }
}
