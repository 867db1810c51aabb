internal import APIModel
internal import EngineClient
internal import Flags

extension Command {
    static let networkDisconnect = Command(
        "network disconnect", "NETWORK CONTAINER", about: "Disconnect a container from a network", count: 2...2,
        flags: [Flag("f", "force", help: "Force the container to disconnect from a network")]
    ) { invocation in
        let request = NetworkDisconnectRequest(
            container: invocation.argument(1), force: invocation.flags.bool("force"))
        try invocation.client.call(
            "POST", "/networks/\(EngineClient.escape(invocation.subject))/disconnect", encoding: request)
        return 0
    }
}
