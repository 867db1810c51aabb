internal import EngineClient
internal import Flags
internal import HostSystem
internal import Primitives

extension Command {
    static let save = Command(
        "save", "IMAGE [IMAGE...]", about: "Save an image(s) to a tar archive (streamed to STDOUT by default)",
        count: many,
        flags: [Flag("o", "output", kind: .text, help: "Write to a file, instead of STDOUT")]
    ) { try saveImages($0) }

    private static func saveImages(_ invocation: Invocation) throws -> Int32 {
        let path = invocation.flags.text("output")
        guard !path.isEmpty || !invocation.console.output.isTerminal else {
            throw CommandFailure("Cowardly refusing to save to a terminal. Use the -o flag or redirect.")
        }
        var query = Query()
        for name in invocation.arguments { query["names"] = name }
        let output = path.isEmpty ? invocation.console.output : try Connection.newFile(path)
        defer { if !path.isEmpty { output.closeNow() } }
        do {
            try invocation.client.stream("GET", "/images/get\(query.text)") { try output.write($0) }
        } catch {
            if !path.isEmpty { Connection.removeFile(path) }
            throw error
        }
        return 0
    }
}
