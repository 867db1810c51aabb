internal import EngineClient
internal import Flags
internal import HostSystem
internal import Primitives

extension Invocation {
    /// Puts what a call answers into the file of `--output`, or on the output if that is no terminal. `purpose` is what
    /// has failed when there is no place for it: `save image`.
    func receiveArchive(_ call: String, to purpose: String) throws -> Int32 {
        let path = flags.text("output")
        guard !path.isEmpty || !console.output.isTerminal else {
            throw CommandFailure("Cowardly refusing to save to a terminal. Use the -o flag or redirect.")
        }
        let folder = Self.folder(of: path)
        guard folder.isEmpty || (try? Disk.entry(folder)) != nil else {
            throw CommandFailure("failed to \(purpose): invalid output path: directory \"\(folder)\" does not exist")
        }
        try write(call, to: path)
        return 0
    }

    /// Empty for a name alone.
    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func write(_ call: String, to path: String) throws {
        guard !path.isEmpty else { return try client.stream("GET", call) { try console.output.write($0) } }
        try WholeFile.write(path) { write in try client.stream("GET", call) { try write($0) } }
    }
}
