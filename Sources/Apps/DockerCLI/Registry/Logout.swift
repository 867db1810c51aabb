internal import ClientProfile

extension Command {
    static let logout = Command(
        "logout", "[SERVER]",
        about:
            "Log out from a Docker registry, if no server is\nspecified \"\(RegistryServer.hub)\" is the default.",
        count: 0...1
    ) { invocation in
        let server = RegistryServer.key(invocation.subject)
        let wasLoggedIn = try invocation.profile.erase(server)
        invocation.console.print(
            wasLoggedIn ? "Remove login credentials for \(server)" : "Not logged in to \(server)")
        return 0
    }
}
