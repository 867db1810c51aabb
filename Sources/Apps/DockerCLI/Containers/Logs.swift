internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

extension Command {
    static let logs = Command(
        "logs", "CONTAINER", about: "Fetch the logs of a container", count: 1...1,
        flags: [
            Flag("f", "follow", help: "Follow log output"),
            Flag("since", kind: .text, help: "Show logs since timestamp"),
            Flag("t", "timestamps", help: "Show timestamps"),
            Flag("n", "tail", kind: .text, default: "all", help: "Number of lines to show from the end of the logs"),
            Flag("until", kind: .text, help: "Show logs before a timestamp"),
        ]
    ) { try printLogs($0) }

    private static func printLogs(_ invocation: Invocation) throws -> Int32 {
        let path = "/containers/\(EngineClient.escape(invocation.subject))"
        let isTTY = try invocation.client.json("GET", "\(path)/json")["Config"]?["Tty"]?.boolValue ?? false
        var query = Query()
        query.set("stdout", if: true)
        query.set("stderr", if: true)
        query.set("follow", if: invocation.flags.bool("follow"))
        query.set("timestamps", if: invocation.flags.bool("timestamps"))
        query["tail"] = invocation.flags.text("tail")
        query["since"] = try TimeWord.query(invocation.flags.text("since"))
        query["until"] = try TimeWord.query(invocation.flags.text("until"))
        var printer = StreamPrinter(invocation.console, isMultiplexed: !isTTY)
        try invocation.client.stream("GET", "\(path)/logs\(query.text)") { try printer.write($0) }
        return 0
    }
}
