internal import EngineClient
internal import Flags

extension Command {
    static let pause = Command(
        "pause", "CONTAINER [CONTAINER...]", about: "Pause all processes within a container", count: many
    ) { try $0.toggle("pause") }

    static let unpause = Command(
        "unpause", "CONTAINER [CONTAINER...]", about: "Unpause all processes within a container", count: many
    ) { try $0.toggle("unpause") }
}

extension Invocation {
    /// The closing error names the last container that failed, as 1.6's does.
    fileprivate func toggle(_ verb: String) throws -> Int32 {
        var failed: String?
        for name in arguments {
            do {
                try client.call("POST", "/containers/\(EngineClient.escape(name))/\(verb)")
                console.print(name)
            } catch {
                console.complain(Failure.text(error))
                failed = name
            }
        }
        if let failed { throw CommandFailure("Error: failed to \(verb) container named \(failed)") }
        return 0
    }
}
