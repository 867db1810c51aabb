internal import Flags

extension Command {
    static let save = Command(
        "save", "IMAGE [IMAGE...]", about: "Save an image(s) to a tar archive (streamed to STDOUT by default)",
        count: many,
        flags: [
            Flag("o", "output", kind: .text, help: "Write to a file, instead of STDOUT"),
            .platform("Save only the given platform variant."),
        ]
    ) { invocation in
        var query = Query()
        for name in invocation.arguments { query["names"] = name }
        query["platform"] = try invocation.flags.platformQuery()
        return try invocation.receiveArchive("/images/get\(query.text)", to: "save image")
    }
}
