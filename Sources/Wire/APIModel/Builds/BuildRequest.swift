/// `POST /build`: what is built, how, and what becomes of it. The contexts come beside it, as the request's body.
public struct BuildRequest: Sendable {
    /// The Dockerfile's path in the context; empty is `Dockerfile`, or `dockerfile` when there is no such file.
    public var dockerfile = ""
    /// Names that the image gets, each as `repository[:tag]`.
    public var tags: [String] = []
    /// Where the context comes from instead of the body: a repository, an archive or a Dockerfile by its address.
    public var remote: String?
    /// What commands print is left out.
    public var isQuiet = false
    /// Nothing is looked up in the cache; what is made can be found there by others.
    public var ignoresCache = false
    /// Bases are asked for in their registries even when they are here.
    public var pulls = false
    /// Containers of steps go away when the step has worked.
    public var removesContainers = true
    /// They go away when it has failed, too.
    public var removesFailed = false
    public var limits = BuildLimits()
    /// Values of ARGs. Nil: a name without a value, which leaves the Dockerfile's default in place.
    public var arguments: [String: String?] = [:]
    public var labels: [String: String] = [:]
    /// Images whose history may serve as cache; empty: everything that is here.
    public var cacheFrom: [String] = []
    /// The stage that is built, by name or number; empty is the last one.
    public var target = ""
    /// Of commands: `default`, `bridge`, `none`, `host`, `container:ID` or a network's name; empty is `default`.
    public var networkMode = ""
    /// What the build adds becomes one layer.
    public var squashes = false
    /// `os[/arch[/variant]]`, for bases and the result; empty is the host's.
    public var platform = ""
    /// `name:address` lines of commands' `/etc/hosts`.
    public var extraHosts: [String] = []
    /// Empty: the image is kept here.
    public var outputs: [BuildOutput] = []
    /// Beside the main one. Those without a source come with the body, which is framed then: see `ContextFrames`.
    public var contexts: [BuildContextName] = []
    public var securityOptions: [String] = []
    /// What may be said by `POST /build/cancel`; empty when the client said none.
    public var id = ""
    /// By registry.
    public var authorizations: [String: RegistryAuthorization] = [:]
    public var secrets = BuildSecrets()
    /// Names of the SSH agents that the client forwards by `POST /build/agent`.
    public var agents: Set<String> = []
    public var steps = StepStyle.ofTotal
    public var progress = ProgressStyle.classic
    /// Bytes of progress that the client has not taken yet: commands wait while they are many.
    public var backlog: @Sendable () -> Int = { 0 }

    public init() {}

    /// How the classic answer counts: `Step 0 : `, `Step 1 : `, `Step 1/5 : `.
    public enum StepStyle: Sendable, Hashable {
        case fromZero, fromOne, ofTotal
    }

    public enum ProgressStyle: Sendable, Hashable {
        /// Text as Docker's classic builder prints it.
        case classic
        /// `BuildStatus` objects, in `aux` of messages with the id `BuildStatus.messageID`.
        case status
    }
}
