internal import APIModel
internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

extension Command {
    static let images = Command(
        "images", "[REPOSITORY[:TAG]]", about: "List images", count: 0...1,
        flags: [
            Flag("a", "all", help: "Show all images (default hides intermediate images)"),
            Flag("digests", help: "Show digests"),
            Flag("f", "filter", kind: .list, help: "Filter output based on conditions provided"),
            Flag("format", kind: .text, help: "Format output using a Go template"),
            Flag("no-trunc", help: "Don't truncate output"),
            Flag("q", "quiet", help: "Only show numeric IDs"),
            Flag("tree", help: "Output graph in tree format", isHidden: true).deprecating("-t").deprecating("--tree"),
            Flag("viz", help: "Output graph in graphviz format", isHidden: true).deprecating("-v").deprecating("--viz"),
        ]
    ) { invocation in
        let flags = invocation.flags
        for name in ["tree", "viz"] where flags.bool(name) {
            throw CommandFailure("docker images --\(name) is not supported: images no longer form a graph")
        }
        var query = Query()
        query.set("all", if: flags.bool("all"))
        try query.filters(
            flags.list("filter") + (invocation.subject.isEmpty ? [] : ["reference=\(invocation.subject)"]))
        let images = try invocation.client.decode([ImageSummary].self, "GET", "/images/json\(query.text)")
        let rows = images.flatMap {
            ImageRows($0, isWhole: flags.bool("no-trunc"), digests: flags.bool("digests")).values
        }
        let table = Table(
            [.init("REPOSITORY", "Repository"), .init("TAG", "Tag")]
                + (flags.bool("digests") ? [.init("DIGEST", "Digest")] : [])
                + [.init("IMAGE ID", "ID"), .init("CREATED", "CreatedSince"), .init("VIRTUAL SIZE", "Size")])
        try table.print(rows, invocation, idKey: "ID")
        return 0
    }
}

/// The lines of one image: one for each tag, and one for each digest that no tag covers.
struct ImageRows {
    private let image: ImageSummary
    private let isWhole: Bool
    private let digests: Bool

    init(_ image: ImageSummary, isWhole: Bool, digests: Bool) {
        self.image = image
        self.isWhole = isWhole
        self.digests = digests
    }

    var values: [JSONValue] {
        let tags = image.repoTags.filter { $0 != "<none>:<none>" }
        let references = image.repoDigests.filter { $0 != "<none>@<none>" }.map { split($0, at: "@") }
        var rows = tags.map { tag -> JSONValue in
            let (repository, name) = split(tag, at: ":")
            return row(repository, name, references.first { $0.0 == repository }?.1 ?? "<none>")
        }
        let covered = tags.map { split($0, at: ":").0 }
        for (repository, digest) in references where !covered.contains(repository) {
            rows.append(row(repository, "<none>", digest))
        }
        return rows.isEmpty ? [row("<none>", "<none>", "<none>")] : rows
    }

    private func split(_ text: String, at separator: Character) -> (String, String) {
        guard let position = text.lastIndex(of: separator) else { return (text, "<none>") }
        return (String(text[..<position]), String(text[text.index(after: position)...]))
    }

    private func row(_ repository: String, _ tag: String, _ digest: String) -> JSONValue {
        let created = Timestamp(seconds: image.created)
        var row = JSONObject()
        row["Containers"] = .string(image.containers < 0 ? "N/A" : "\(image.containers)")
        row["CreatedAt"] = .string(GoTime.text(created))
        row["CreatedSince"] = .string(HumanDuration.text(Timestamp.now().since(created)) + " ago")
        row["Digest"] = .string(digest)
        row["ID"] = .string(isWhole ? image.id : ShortID.text(image.id))
        row["Repository"] = .string(repository)
        row["SharedSize"] = .string("N/A")
        row["Size"] = .string(ByteCount(image.size).decimal())
        row["Tag"] = .string(tag)
        row["UniqueSize"] = .string("N/A")
        row["VirtualSize"] = .string(ByteCount(image.size).decimal(spaced: false))
        return .object(row)
    }
}

/// Twelve hexadecimal digits of an id, its algorithm left out.
enum ShortID {
    static func text(_ id: String) -> String {
        String((id.hasPrefix("sha256:") ? id.dropFirst("sha256:".count) : id[...]).prefix(12))
    }
}
