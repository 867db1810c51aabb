internal import Flags

extension Command {
    static let stats = Command(
        "stats", "[CONTAINER...]", about: "Display a live stream of one or more containers' resource usage statistics",
        count: 0...Int.max,
        flags: [
            Flag("a", "all", help: "Show all containers (default shows just running)"),
            Flag("format", kind: .text, help: "Format output using a Go template"),
            Flag("no-stream", help: "Disable streaming stats and only pull the first result"),
            Flag("no-trunc", help: "Do not truncate output"),
        ]
    ) { invocation in
        let streams = !invocation.flags.bool("no-stream")
        var board = try StatsBoard(invocation, streams: streams)
        return streams ? try board.watch() : try board.printOnce()
    }
}
