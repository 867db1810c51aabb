public import APIModel
internal import ContainerNetwork
public import Primitives

extension Engine {
    public func createNetwork(_ request: NetworkCreateRequest) async throws(EngineError) -> NetworkCreated {
        try await workers.run { [self] in try createNetworkNow(request) }
    }

    /// Blocking. The row comes last: what an end before it leaves is nobody's, and the next start takes it away.
    @discardableResult
    func createNetworkNow(_ request: NetworkCreateRequest) throws(EngineError) -> NetworkCreated {
        var record = try networkRecord(request)
        guard let network else { throw EngineError(.unavailable, "networking is switched off") }
        try networks.reserve(record.name, for: record.id)
        var warnings: [String]
        do {
            (record.definition, warnings) = try network.create(record.definition, note: record.note)
            do {
                try store.save(record)
            } catch {
                try? network.remove(record.id)
                throw error
            }
        } catch {
            networks.release(record.name, by: record.id)
            throw EngineError(wrapping: error)
        }
        networks.insert(record)
        publishNetwork("create", record)
        if let unused = record.unusedPools?.map(\.subnet).joined(separator: ", ") {
            warnings.append("subnet \(unused) is not used: its family is not enabled")
        }
        return NetworkCreated(id: record.id, warning: warnings.joined(separator: "; "))
    }

    private func networkRecord(_ request: NetworkCreateRequest) throws(EngineError) -> NetworkRecord {
        try checkName(request)
        try refuseUnsupported(request)
        let (hasIPv4, hasIPv6) = (request.enableIPv4 ?? true, request.enableIPv6 ?? false)
        let pools = try Self.pools(request.ipam)
        let used = pools.filter { $0.subnet.contains(":") ? hasIPv6 : hasIPv4 }
        var record = NetworkRecord(
            definition: NetworkDefinition(
                id: NetworkDefinition.newID(), name: request.name,
                driver: request.driver.isEmpty ? "bridge" : request.driver, hasIPv4: hasIPv4,
                hasIPv6: hasIPv6, pools: used, isInternal: request.isInternal,
                options: request.options),
            created: .now())
        if record.definition.driver == "overlay" { record.scope = "global" }
        record.attachable = request.attachable
        record.labels = request.labels
        record.ipamOptions = request.ipam?.options
        record.hasOwnIPv4Subnet = pools.contains { !$0.subnet.contains(":") }
        record.hasOwnIPv6Subnet = pools.contains { $0.subnet.contains(":") }
        let unused = pools.filter { !used.contains($0) }
        record.unusedPools = unused.isEmpty ? nil : unused
        return record
    }

    /// Docker takes nearly anything, blanks inside as well.
    private func checkName(_ request: NetworkCreateRequest) throws(EngineError) {
        let name = request.name
        guard Self.isNetworkName(name) else {
            throw EngineError(.badParameter, "invalid network name \"\(name)\"")
        }
        guard !NetworkRecord.predefined.contains(name) else {
            throw EngineError(.forbidden, "operation is not permitted on predefined \(name) network ")
        }
    }

    static func isNetworkName(_ name: String) -> Bool {
        !name.isEmpty && name.trimmedOfBlanks == name && !name.contains("/") && !name.hasPrefix("container:")
            && name != "default" && name.utf8.count <= 255 && !name.utf8.contains { $0 < 32 || $0 == 127 }
    }

    private func refuseUnsupported(_ request: NetworkCreateRequest) throws(EngineError) {
        func refuse(_ isUsed: Bool, _ what: String) throws(EngineError) {
            if isUsed { throw EngineError(.notImplemented, "\(what) not supported yet") }
        }
        try refuse(request.ingress, "ingress networks are")
        try refuse(
            request.configOnly || !(request.configFrom?.network ?? "").isEmpty, "configuration-only networks are")
        let scope = request.driver == "overlay" ? "global" : "local"
        try refuse(!["", scope].contains(request.scope), "networks of scope \(request.scope) are")
        let driver = request.ipam?.driver ?? ""
        guard ["", "default"].contains(driver) else {
            throw EngineError(.badParameter, "invalid IPAM driver \(driver): only default is there")
        }
    }

    private static func pools(_ ipam: IPAMSettings?) throws(EngineError) -> [NetworkDefinition.Pool] {
        var pools: [NetworkDefinition.Pool] = []
        for pool in ipam?.config ?? [] {
            // docker-compose sends an empty one for "as you like".
            if pool == IPAMPool() { continue }
            guard !pool.subnet.isEmpty else {
                throw EngineError(.badParameter, "invalid network config:\nan ip-range or gateway needs a subnet")
            }
            pools.append(
                .init(
                    subnet: pool.subnet, range: pool.ipRange, gateway: pool.gateway,
                    auxiliary: pool.auxiliaryAddresses))
        }
        return pools
    }
}

extension String {
    /// Without blanks at its ends.
    var trimmedOfBlanks: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
