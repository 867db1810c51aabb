internal import Primitives

/// Contexts beside the main one (`--build-context`). Each stands for the stage or the image that has its name.
public struct NamedContexts: Sendable, Hashable {
    public enum Source: Sendable, Hashable {
        /// An image by its reference; `scratch` is none.
        case image(String)
        /// Files that come with the build or are fetched.
        case files
    }

    private var sources: [String: Source] = [:]

    public init() {}

    public var isEmpty: Bool { sources.isEmpty }

    /// Names that mean the same image are one: `alpine`, `alpine:latest`, `docker.io/library/alpine`. Nil for a name that
    /// nothing was given for.
    public subscript(name: String) -> Source? {
        get { sources[Self.key(name)] }
        set { sources[Self.key(name)] = newValue }
    }

    /// How a name stands here.
    public static func key(_ name: String) -> String {
        guard let reference = try? ImageReference(parsing: name.lowercased()) else { return name }
        return reference.tag == "latest" && reference.digest == nil ? reference.repository : reference.familiar
    }

    /// What stands for a stage or an image of this name.
    func source(named name: String) -> StageGraph.Source? {
        switch self[name] {
        case nil: nil
        case .image("scratch"): .scratch
        case .image(let reference): .image(reference)
        case .files: .context(Self.key(name))
        }
    }
}
