internal import APIModel
internal import Flags

extension CreateBody {
    mutating func setNetwork() throws {
        let words = try flags.list("net").map { try NetworkWord($0) }
        host.networkMode = words.first?.name ?? (flags.bool("networking") ? "default" : "none")
        let isShared = host.networkMode == "host" || host.networkMode.hasPrefix("container:")
        if isShared && flags.isSet("hostname") {
            throw CommandFailure("Conflicting options: -h and the network mode (--net)")
        }
        setHostName()
        host.dns = given("dns")
        host.dnsSearch = given("dns-search")
        host.dnsOptions = given("dns-option") ?? given("dns-opt")
        host.extraHosts = given("add-host")
        for entry in flags.list("add-host") where !entry.contains(":") && !entry.contains("=") {
            throw CommandFailure("bad format for add-host: \(entry)")
        }
        host.links = given("link")
        try setEndpoints(words)
    }

    /// `a.b.c` is host name `a` in domain `b.c`, where no domain is given by itself.
    private mutating func setHostName() {
        guard !flags.isSet("domainname") else {
            (config.hostname, config.domainname) = (flags.text("hostname"), flags.text("domainname"))
            return
        }
        let parts = flags.text("hostname").split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        config.hostname = parts.first.map(String.init) ?? ""
        config.domainname = parts.count > 1 ? String(parts[1]) : ""
    }

    /// One network about which nothing is said has no entry: the engine makes its endpoint. The default network's,
    /// where none is named, has one, as today's client sends it.
    private mutating func setEndpoints(_ given: [NetworkWord]) throws {
        var words = given.isEmpty ? [try NetworkWord(host.networkMode)] : given
        try EndpointFlags(flags).add(to: &words[0])
        var endpoints: [String: EndpointSettings] = [:]
        for word in words {
            try check(word)
            guard endpoints.updateValue(word.settings, forKey: word.name) == nil else {
                throw CommandFailure("network \"\(word.name)\" is specified multiple times")
            }
        }
        guard Set(words.map(\.isUserDefined)).count == 1 else {
            throw CommandFailure(
                "conflicting options: cannot attach both user-defined and non-user-defined network-modes")
        }
        if given.count == 1, words[0].settings == EndpointSettings() { endpoints = [:] }
        networking = NetworkingConfig()
        networking?.endpointsConfig = endpoints
    }

    private func check(_ word: NetworkWord) throws {
        guard !word.name.allSatisfy(\.isWhitespace) else { throw CommandFailure("no name set for network") }
        guard word.isUserDefined || word.settings.aliases == nil else {
            throw CommandFailure("network-scoped aliases are only supported for user-defined networks")
        }
        if !word.settings.macAddress.isEmpty { try HardwareAddressForm.check(word.settings.macAddress) }
    }
}
