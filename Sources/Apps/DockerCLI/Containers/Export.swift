internal import EngineClient
internal import Flags

extension Command {
    static let export = Command(
        "export", "CONTAINER", about: "Export a filesystem as a tar archive (streamed to STDOUT by default)",
        count: 1...1, flags: [Flag("o", "output", kind: .text, help: "Write to a file, instead of STDOUT")]
    ) { invocation in
        try invocation.receiveArchive(
            "/containers/\(EngineClient.escape(invocation.subject))/export", to: "export container")
    }
}
