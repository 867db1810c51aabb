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
        try write("/images/get\(query.text)", to: path, invocation)
        return 0
    }

    /// A file is whole or as it was before.
    private static func write(_ call: String, to path: String, _ invocation: Invocation) throws {
        guard !path.isEmpty else {
            return try invocation.client.stream("GET", call) { try invocation.console.output.write($0) }
        }
        // A device or a pipe.
        let isSpecial = Connection.isFile(path) == false
        let target = isSpecial ? path : "\(path).\(CurrentProcess.number).part"
        let output = try Connection.newFile(target, exclusive: !isSpecial)
        defer { output.closeNow() }
        do {
            try invocation.client.stream("GET", call) { try output.write($0) }
            if !isSpecial { try Connection.rename(target, to: path) }
        } catch {
            if !isSpecial { Connection.removeFile(target) }
            throw error
        }
    }
}
