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

    private func write(_ call: String, to path: String) throws {
        guard !path.isEmpty else { return try client.stream("GET", call) { try console.output.write($0) } }
        try WholeFile.write(path) { write in try client.stream("GET", call) { try write($0) } }
    }
}
