internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON
internal import Primitives

extension Command {
    static let events = Command(
        "events", about: "Get real time events from the server",
        flags: [
            Flag("f", "filter", kind: .list, help: "Filter output based on conditions provided"),
            Flag("format", kind: .text, help: "Format output using a Go template"),
            Flag("since", kind: .text, help: "Show all events created since timestamp"),
            Flag("until", kind: .text, help: "Stream events until this timestamp"),
        ]
    ) { try follow($0) }

    private static func follow(_ invocation: Invocation) throws -> Int32 {
        let format = invocation.flags.text("format")
        let template = format.isEmpty || format == "json" ? nil : try Format.template(format)
        var query = Query()
        query["since"] = try TimeWord.query(invocation.flags.text("since"))
        query["until"] = try TimeWord.query(invocation.flags.text("until"))
        try query.filters(invocation.flags.list("filter"))
        try invocation.client.objects("GET", "/events\(query.text)") { event in
            if let template {
                invocation.console.print(try Format.render(template, event))
            } else {
                try invocation.console.output.write((format == "json" ? event.text() : EventLine.text(event)) + "\n")
            }
        }
        return 0
    }
}

/// `2015-04-07T10:00:00.000000000+02:00 <id>: (from image:tag) start`, as 1.6 has it, of a container or an image;
/// `2015-04-07T10:00:00.000000000+02:00 network connect <id> (container=…, name=web)`, as today, of everything else.
enum EventLine {
    static func text(_ event: JSONValue) -> String {
        let moment = Timestamp(nanoseconds: event["timeNano"]?.integerValue ?? 0)
        let time = moment.fixedWidth(secondsEast: LocalZone.offset(at: moment.seconds))
        let type = event["Type"]?.stringValue ?? ""
        return time + " " + (["", "container", "image"].contains(type) ? classic(event) : typed(event, type))
    }

    private static func classic(_ event: JSONValue) -> String {
        let id = event["id"]?.stringValue ?? event["Actor"]?["ID"]?.stringValue ?? ""
        let from = event["from"]?.stringValue ?? event["Actor"]?["Attributes"]?["image"]?.stringValue ?? ""
        let action = event["status"]?.stringValue ?? event["Action"]?.stringValue ?? ""
        return "\(id): " + (from.isEmpty ? "" : "(from \(from)) ") + action
    }

    private static func typed(_ event: JSONValue, _ type: String) -> String {
        let attributes = event["Actor"]?["Attributes"]?.objectValue?.entries ?? []
        let words = attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.stringValue ?? "")" }
        let action = event["Action"]?.stringValue ?? ""
        return "\(type) \(action) \(event["Actor"]?["ID"]?.stringValue ?? "")"
            + (words.isEmpty ? "" : " (\(words.joined(separator: ", ")))")
    }
}
