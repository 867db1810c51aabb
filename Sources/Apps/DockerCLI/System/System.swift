extension Command {
    static let system = Command(
        "system", about: "Manage Docker",
        verbs: [
            systemCheck, systemDf, events.named("system events"), info.named("system info"), systemPrune,
        ])
}
