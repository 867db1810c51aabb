internal import APIModel
internal import EngineClient
internal import OrderedJSON

extension Command {
    static let servicePublish = Command(
        "service publish", "SERVICE[.NETWORK]", about: "Publish a new service on a network", count: 1...1
    ) { invocation in
        let word = ServiceWord(invocation.subject)
        let id = try invocation.serviceClient.json(
            "POST", "/services", body: ServicePublishRequest(name: word.service, network: word.network))
        invocation.console.print(id.stringValue ?? "")
        return 0
    }

    static let serviceUnpublish = Command(
        "service unpublish", "SERVICE[.NETWORK]", about: "Removes a service", count: 1...1
    ) { invocation in
        let service = try invocation.service(invocation.subject)
        try invocation.serviceClient.call("DELETE", "/services/\(service.id)")
        return 0
    }
}
