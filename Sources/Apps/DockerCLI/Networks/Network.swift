extension Command {
    static let network = Command(
        "network", about: "Manage networks",
        verbs: [
            networkConnect, networkCreate, networkDisconnect, networkInspect, networkLs, networkPrune, networkRm,
        ])
}
