internal import EngineClient

extension Command {
    static let rename = Command("rename", "OLD_NAME NEW_NAME", about: "Rename an existing container", count: 2...2) {
        var query = Query()
        query["name"] = $0.argument(1)
        try $0.client.call("POST", "/containers/\(EngineClient.escape($0.subject))/rename\(query.text)")
        return 0
    }
}
