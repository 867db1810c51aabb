internal import APIModel
internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

extension Command {
    /// Not one of Docker's.
    static let systemCheck = Command(
        "system check", about: "Check that images, layers and containers on disk are as they should be",
        flags: [Flag("q", "quiet", help: "Only print what is wrong")]
    ) { invocation in
        var summary = CheckSummary()
        try invocation.client.objects("GET", "/system/check") { message in
            if let text = message["error"]?.stringValue { throw CommandFailure("Error response from daemon: \(text)") }
            let object = try OrderedJSONDecoder().decode(CheckedObject.self, from: message)
            summary.add(object)
            if let problem = object.problem { invocation.console.print("\(object.kind) \(object.name): \(problem)") }
        }
        if !invocation.flags.bool("quiet") { invocation.console.print(summary.text) }
        return summary.problems == 0 ? 0 : 1
    }
}

/// How many of each were looked at.
struct CheckSummary {
    private static let kinds = ["blob", "layer", "image", "name", "container"]

    private var counts: [String: Int] = [:]
    private(set) var problems = 0

    mutating func add(_ object: CheckedObject) {
        counts[object.kind, default: 0] += 1
        if object.problem != nil { problems += 1 }
    }

    var text: String {
        let parts = Self.kinds.map { Self.count(counts[$0] ?? 0, $0) }
        return "Checked " + parts.dropLast().joined(separator: ", ") + " and \(parts.last ?? ""): "
            + (problems == 0 ? "no problems" : Self.count(problems, "problem"))
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
