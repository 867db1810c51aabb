internal import APIModel

/// The headers of every answer.
struct StandingHeaders: Sendable {
    let fields: [(String, String)]

    init(_ settings: RemoteAPISettings) {
        var fields = [
            ("Api-Version", APIVersion.current.description),
            ("Docker-Experimental", "false"),
            ("Ostype", "linux"),
            ("Server", "Docker/\(settings.serverVersion) (linux)"),
        ]
        if let origin = settings.corsOrigin {
            fields += [
                ("Access-Control-Allow-Origin", origin),
                ("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept, X-Registry-Auth"),
                ("Access-Control-Allow-Methods", "HEAD, GET, POST, DELETE, PUT, OPTIONS"),
            ]
        }
        self.fields = fields
    }
}
