extension Command {
    /// Of 1.7's and 1.8's experimental builds. Swarm mode's commands of the same name are others.
    static let service = Command(
        "service", about: "Manage services",
        verbs: [serviceAttach, serviceDetach, serviceInfo, serviceLs, servicePublish, serviceUnpublish])
}
