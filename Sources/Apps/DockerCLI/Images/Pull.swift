internal import Flags
internal import Primitives

extension Command {
    static let pull = Command(
        "pull", "NAME[:TAG|@DIGEST]", about: "Pull an image or a repository from a registry", count: 1...1,
        flags: [
            Flag("a", "all-tags", help: "Download all tagged images in the repository"),
            Flag("platform", kind: .text, help: "Set platform if server is multi-platform capable"),
        ]
    ) { invocation in
        let allTags = invocation.flags.bool("all-tags")
        let reference = try ImageReference(parsing: invocation.subject)
        guard !allTags || (reference.tag == nil && reference.digest == nil) else {
            throw CommandFailure("tag can't be used with --all-tags/-a")
        }
        try ImagePull(invocation: invocation, platform: invocation.flags.text("platform"))
            .pull(reference.withDefaultTag, allTags: allTags, to: invocation.console.output)
        return 0
    }
}
