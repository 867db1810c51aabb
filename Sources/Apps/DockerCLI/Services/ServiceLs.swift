internal import APIModel
internal import EngineClient
internal import Flags

extension Command {
    static let serviceLs = Command(
        "service ls", about: "Lists all the services on a network",
        flags: [
            Flag(
                "net", "network", kind: .text,
                help: "Only show the services that are published on the specified network"),
            Flag("no-trunc", help: "Do not truncate the output"),
            Flag("q", "quiet", help: "Only display numeric IDs"),
        ]
    ) { invocation in
        var query = Query()
        if invocation.flags.isSet("net") { query["network"] = invocation.flags.text("net") }
        let client = invocation.serviceClient
        let services = try client.decode([ServiceResource].self, "GET", "/services\(query.text)")
        let isWhole = invocation.flags.bool("no-trunc")
        func shown(_ id: String) -> String { isWhole ? id : ShortID.text(id) }
        guard !invocation.flags.bool("quiet") else {
            for service in services { invocation.console.print(shown(service.id)) }
            return 0
        }
        let rows = try services.map { service in
            let backends = try client.decode([ServiceBackendResource].self, "GET", "/services/\(service.id)/backend")
            return [shown(service.id), service.name, service.network, shown(backends.first?.id ?? "")]
        }
        invocation.console.write(TabWriter.text([["SERVICE ID", "NAME", "NETWORK", "PROVIDER"]] + rows))
        return 0
    }

    static let serviceInfo = Command(
        "service info", "SERVICE[.NETWORK]", about: "Displays detailed information about a service", count: 1...1
    ) { invocation in
        let service = try invocation.service(invocation.subject)
        invocation.console.write("Service Id: \(service.id)\n\tName: \(service.name)\n\tNetwork: \(service.network)\n")
        return 0
    }
}
