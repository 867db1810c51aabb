internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

extension Command {
    static let version = Command(
        "version", about: "Show the Docker version information",
        flags: [Flag("f", "format", kind: .text, help: "Format output using a Go template")]
    ) { invocation in
        let format = invocation.flags.text("format")
        if !format.isEmpty { return try printFormatted(format, invocation) }
        let build = ClientBuild.self
        invocation.console.write(
            "Client version: \(build.version)\nClient API version: \(build.apiVersion)\n"
                + "Go version (client): \(build.toolchain)\nGit commit (client): \(build.commit)\n"
                + "OS/Arch (client): \(build.system)/\(build.architecture)\n")
        let server = try invocation.client.json("GET", "/version")
        func field(_ name: String) -> String { server[name]?.stringValue ?? "" }
        invocation.console.write(
            "Server version: \(field("Version"))\nServer API version: \(field("ApiVersion"))\n"
                + "Go version (server): \(field("GoVersion"))\nGit commit (server): \(field("GitCommit"))\n"
                + "OS/Arch (server): \(field("Os"))/\(field("Arch"))\n")
        return 0
    }

    private static func printFormatted(_ format: String, _ invocation: Invocation) throws -> Int32 {
        let template = format == "json" ? nil : try Format.template(format)
        let client: JSONValue = [
            "Version": .string(ClientBuild.version), "ApiVersion": .string(ClientBuild.apiVersion),
            "GitCommit": .string(ClientBuild.commit), "GoVersion": .string(ClientBuild.toolchain),
            "Os": .string(ClientBuild.system), "Arch": .string(ClientBuild.architecture),
        ]
        let both: JSONValue = ["Client": client, "Server": try invocation.client.json("GET", "/version")]
        invocation.console.print(try template.map { try Format.render($0, both) } ?? both.text())
        return 0
    }
}
