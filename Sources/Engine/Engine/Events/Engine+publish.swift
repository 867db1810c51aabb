internal import APIModel
internal import Primitives

extension Engine {
    /// Tells every listener of something that happened to a container. `action` in Docker's words.
    func publish(_ action: String, _ record: ContainerRecord, _ extra: [String: String] = [:]) {
        var attributes = record.config.labels ?? [:]
        attributes["image"] = record.imageName
        attributes["name"] = record.name
        attributes.merge(extra) { _, new in new }
        events.publish(
            EventMessage(
                type: "container", action: action, actor: .init(id: record.id, attributes: attributes),
                from: record.imageName, timeNano: Timestamp.now().nanoseconds))
    }

    /// Tells every listener of something that happened to an image.
    func publishImage(_ action: String, id: String, name: String) {
        events.publish(
            EventMessage(
                type: "image", action: action, actor: .init(id: id, attributes: ["name": name]),
                timeNano: Timestamp.now().nanoseconds))
    }
}
