internal import APIModel

/// One `--network`: a name, or `name=NET,alias=A,ip=…` in the long form.
struct NetworkWord {
    var name: String
    var settings = EndpointSettings()
    /// Says more than the name.
    var hasSettings = false

    init(_ text: String) throws {
        guard text.contains("="), !text.hasPrefix("container:") else {
            name = text
            return
        }
        name = ""
        hasSettings = true
        var addresses = EndpointIPAMConfig()
        for field in text.split(separator: ",", omittingEmptySubsequences: false) {
            let (key, value) = KeyValue.split(String(field))
            guard let value, !value.isEmpty else {
                throw CommandFailure("invalid argument \"\(text)\" for \"--network\" flag: invalid field \(field)")
            }
            switch key.lowercased() {
            case "name": name = value
            case "alias": settings.aliases = (settings.aliases ?? []) + [value]
            case "ip": addresses.ipv4Address = value
            case "ip6": addresses.ipv6Address = value
            case "link-local-ip": addresses.linkLocalIPs.append(value)
            case "mac-address": settings.macAddress = value
            case "driver-opt":
                settings.driverOpts = (settings.driverOpts ?? [:]).merging(
                    try KeyValue.map([value], of: "network")
                ) { $1 }
            case "gw-priority":
                guard let priority = Int(value) else {
                    throw CommandFailure(
                        "invalid argument \"\(text)\" for \"--network\" flag: invalid gw-priority (\(value))")
                }
                settings.gwPriority = priority
            default:
                throw CommandFailure("invalid argument \"\(text)\" for \"--network\" flag: invalid field key \(key)")
            }
        }
        if addresses != EndpointIPAMConfig() { settings.ipamConfig = addresses }
        guard !name.isEmpty else {
            throw CommandFailure(
                "invalid argument \"\(text)\" for \"--network\" flag: network name/id is not specified")
        }
    }

    /// A network of somebody's own, neither a mode nor a predefined one.
    var isUserDefined: Bool {
        !["", "default", "bridge", "host", "none"].contains(name) && !name.hasPrefix("container:")
    }
}
