internal import Cgroups
public import APIModel
internal import LinuxSystem
public import Primitives

extension Engine {
    public func top(_ name: String, psArguments: String) async throws(EngineError) -> ContainerTop {
        let container = try containers.find(name)
        guard container.state.hasProcess else {
            throw EngineError(.conflict, "container \(container.id) is not running")
        }
        let arguments = psArguments.split(separator: " ").map(String.init)
        let record = container.record
        let group = try controlGroup(of: record)
        let table = try await workers.run {
            let members = Set(try group.processes().map(Int.init))
            let output = try HostProgram.output("/bin/ps", arguments.isEmpty ? ["-ef"] : arguments)
            return try ProcessTable.parse(output, members: members)
        }
        publish("top", record)
        return table
    }
}

/// What `ps(1)` prints, as rows of one container.
enum ProcessTable {
    /// Errors: `internal` when there is no PID column.
    static func parse(_ text: String, members: Set<Int>) throws(EngineError) -> ContainerTop {
        let lines = text.split(separator: "\n")
        let titles = (lines.first ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
        guard let pidColumn = titles.firstIndex(of: "PID") else {
            throw EngineError(.internal, "Couldn't find PID field in ps output")
        }
        var rows: [[String]] = []
        for line in lines.dropFirst() {
            var fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard fields.count > pidColumn, let pid = Int(fields[pidColumn]), members.contains(pid) else { continue }
            // What is beyond the last title belongs to it: a command with its arguments.
            if fields.count > titles.count {
                let last = fields[(titles.count - 1)...].joined(separator: " ")
                fields = fields[..<(titles.count - 1)] + [last]
            }
            rows.append(fields)
        }
        return ContainerTop(titles: titles, processes: rows)
    }
}
