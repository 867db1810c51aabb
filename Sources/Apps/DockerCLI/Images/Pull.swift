internal import Flags
internal import Primitives

extension Command {
    static let pull = Command(
        "pull", "NAME[:TAG|@DIGEST]", about: "Pull an image or a repository from a registry", count: 1...1,
        flags: [
            Flag("a", "all-tags", help: "Download all tagged images in the repository"),
            Flag("q", "quiet", help: "Suppress verbose output"),
            Flag("platform", kind: .text, help: "Set platform if server is multi-platform capable"),
        ]
    ) { invocation in
        let allTags = invocation.flags.bool("all-tags")
        let reference = try ImageReference(parsing: invocation.subject)
        guard !allTags || (reference.tag == nil && reference.digest == nil) else {
            throw CommandFailure("tag can't be used with --all-tags/-a")
        }
        let isQuiet = invocation.flags.bool("quiet")
        try ImagePull(invocation: invocation, platform: invocation.flags.text("platform"))
            .pull(reference.withDefaultTag, allTags: allTags, to: isQuiet ? nil : invocation.console.output)
        if isQuiet {
            invocation.console.print(allTags ? reference.canonicalRepository : reference.withDefaultTag.canonical)
        }
        return 0
    }
}
