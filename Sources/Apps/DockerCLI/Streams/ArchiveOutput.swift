internal import EngineClient
internal import Flags
internal import HostSystem
internal import Primitives

extension Invocation {
    /// Puts what a call answers into the file of `--output`, or on the output if that is no terminal.
    func receiveArchive(_ call: String) throws -> Int32 {
        let path = flags.text("output")
        guard !path.isEmpty || !console.output.isTerminal else {
            throw CommandFailure("Cowardly refusing to save to a terminal. Use the -o flag or redirect.")
        }
        try write(call, to: path)
        return 0
    }

    /// A file is whole or as it was before.
    private func write(_ call: String, to path: String) throws {
        guard !path.isEmpty else { return try client.stream("GET", call) { try console.output.write($0) } }
        // A device or a pipe.
        let isSpecial = Connection.isFile(path) == false
        let target = isSpecial ? path : "\(path).\(CurrentProcess.number).part"
        let output = try Connection.newFile(target, exclusive: !isSpecial)
        defer { output.closeNow() }
        do {
            try client.stream("GET", call) { try output.write($0) }
            if !isSpecial { try Connection.rename(target, to: path) }
        } catch {
            if !isSpecial { Connection.removeFile(target) }
            throw error
        }
    }
}
