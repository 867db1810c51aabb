internal import APIModel
internal import EngineClient

extension Command {
    static let serviceAttach = Command(
        "service attach", "CONTAINER SERVICE[.NETWORK]", about: "Sets a container as a service backend", count: 2...2
    ) { invocation in
        let container = try invocation.containerID(invocation.subject)
        let service = try invocation.service(invocation.argument(1))
        try invocation.serviceClient.call(
            "POST", "/services/\(service.id)/backend", encoding: ServiceAttachRequest(container: container))
        return 0
    }

    static let serviceDetach = Command(
        "service detach", "CONTAINER SERVICE[.NETWORK]", about: "Removes a container from service backend", count: 2...2
    ) { invocation in
        let container = try invocation.containerID(invocation.subject)
        let service = try invocation.service(invocation.argument(1))
        try invocation.serviceClient.call("DELETE", "/services/\(service.id)/backend/\(container)")
        return 0
    }
}
