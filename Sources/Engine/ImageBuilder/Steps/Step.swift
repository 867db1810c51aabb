public import Dockerfile
public import Primitives

/// What an instruction does to an image, once its variables are known.
public struct Step: Sendable {
    /// What is to be done to the files.
    public enum Action: Sendable {
        case none
        /// WORKDIR: the folder, absolute.
        case makeFolder(String)
        case run(RunStep)
        case copy(CopyStep)
    }

    public var action: Action
    /// What is said of it in the history, without the shell in front. Of a copy, what it begins with.
    public var comment: String
    /// The whole of `comment` is one word, as Docker has it for some.
    var isOneWord = false
    /// What is told to who builds, before the step is looked up in the cache.
    var note: String?
}

/// A command in a container.
public struct RunStep: Sendable {
    public var command: [String]
    /// A script that the command runs, by its path.
    public var script: Script?
    /// `NAME=value` of ARGs; beside the configuration's.
    public var arguments: [String]
    /// Those of them that are part of what the step is.
    public var keyArguments: [String]
    public var mounts: [RunMount]
    /// What files of other stages, images and the context a mount shows, by the mount's place; the step is another when they are.
    var contents: [Int: String] = [:]
    public var network: Run.Network

    public struct Script: Sendable {
        public var path: String
        public var content: String
    }
}

/// COPY or ADD.
public struct CopyStep: Sendable {
    public var isAdd: Bool
    /// Nil is the build's context.
    public var from: StageGraph.Source?
    /// Expanded.
    public var sources: [String]
    /// Files by name with their content.
    public var documents: [Document]
    /// Expanded, as it is written.
    public var destination: String
    public var workingFolder: String
    public var owner: String?
    public var mode: String?
    public var isLinked: Bool
    public var excludes: [String]
    public var keepsParents: Bool
    /// Whether archives are unpacked; nil: local ones are, by ADD.
    public var unpacks: Bool?
    /// Of a file that is fetched.
    public var checksum: Digest?
    /// Of a repository that is fetched: what its commit's name begins with.
    public var commit: String?
    /// Nil when nothing is said of it.
    public var keepsGitFolder: Bool?

    public struct Document: Sendable {
        public var name: String
        public var content: String
    }

    var name: String { isAdd ? "ADD" : "COPY" }

    /// The destination is a folder by the way it is written.
    public var hasFolderDestination: Bool {
        destination.isEmpty || destination.hasSuffix("/") || destination == "." || destination.hasSuffix("/.")
    }
}
