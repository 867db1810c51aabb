internal import APIModel
internal import Flags

extension CreateBody {
    mutating func setPorts() throws {
        host.publishAllPorts = flags.bool("publish-all")
        for word in flags.list("expose") {
            for port in try PortForm.exposed(word) { config.exposedPorts[port] = EmptyObject() }
        }
        var bindings: [String: [PortBinding]?] = [:]
        for word in flags.list("publish") {
            for (port, binding) in try PortForm.published(word) {
                config.exposedPorts[port] = EmptyObject()
                bindings[port] = .some((bindings[port].flatMap { $0 } ?? []) + [binding])
            }
        }
        host.portBindings = bindings.isEmpty ? nil : bindings
    }
}
