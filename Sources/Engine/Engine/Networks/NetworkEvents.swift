internal import APIModel
internal import ContainerNetwork
internal import Primitives

extension Engine {
    /// The networks of a container that starts or has ended.
    func publishConnections(_ action: String, _ record: ContainerRecord) {
        for name in record.endpoints.keys.sorted() {
            if let network = networks.named(name) { publishNetwork(action, network, container: record.id) }
        }
    }

    /// Tells every listener of something that happened to a network; `container` with a connection.
    func publishNetwork(_ action: String, _ record: NetworkRecord, container: String? = nil) {
        var attributes = ["name": record.name, "type": record.definition.driver]
        if let container { attributes["container"] = container }
        events.publish(
            EventMessage(
                type: "network", action: action, actor: .init(id: record.id, attributes: attributes),
                timeNano: Timestamp.now().nanoseconds))
    }
}
