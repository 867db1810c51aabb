internal import APIModel
internal import EngineClient
internal import Flags
internal import Primitives

extension Command {
    static let push = Command(
        "push", "NAME[:TAG]", about: "Push an image or a repository to a registry", count: 1...1,
        flags: [
            Flag("a", "all-tags", help: "Push all tags of an image to the repository"),
            Flag(
                "format", kind: .text,
                help: "Format of the manifest: docker or oci (default: what it came with, else docker)"),
            Flag("q", "quiet", help: "Suppress verbose output"),
        ]
    ) { invocation in
        let allTags = invocation.flags.bool("all-tags")
        var reference = try ImageReference(parsing: invocation.subject)
        guard reference.digest == nil else { throw CommandFailure("cannot push a digest reference") }
        guard !allTags || reference.tag == nil else {
            throw CommandFailure("tag can't be used with --all-tags/-a")
        }
        let isQuiet = invocation.flags.bool("quiet")
        if !allTags, reference.tag == nil {
            reference = reference.withDefaultTag
            if !isQuiet { invocation.console.print("Using default tag: \(reference.tag ?? "")") }
        }
        var query = Query()
        query["tag"] = reference.tag
        query["format"] = try ManifestFormat.named(invocation.flags.text("format"))?.rawValue
        try ProgressDisplay.show(
            invocation.client, "/images/\(EngineClient.escape(reference.repository))/push\(query.text)",
            headers: invocation.registryHeaders(for: reference), to: isQuiet ? nil : invocation.console.output)
        if isQuiet { invocation.console.print(reference.canonical) }
        return 0
    }
}
