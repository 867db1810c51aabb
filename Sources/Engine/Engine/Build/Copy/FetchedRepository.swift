internal import Dockerfile
internal import ImageBuilder
internal import LinuxSystem
internal import Primitives

extension BuildSession {
    /// Sources of an ADD that are repositories, as they are now: each is asked for its commit. Nothing is fetched before it is
    /// known that no image has it.
    func resolve(_ sources: [String], _ copy: CopyStep) async throws(EngineError) -> [GitRepository] {
        var found: [GitRepository] = []
        for source in sources {
            var repository = try GitRepository(parsing: source)
            try repository.take(copy)
            found.append(try await withGit { [repository] git in try GitResolution(git: git).resolved(repository) })
        }
        return found
    }

    /// The same sources, with the files of repositories in their place.
    func checkedOut(_ sources: CopySources, _ copy: CopyStep) async throws(EngineError) -> CopySources {
        var result = sources
        result.items = []
        for item in sources.items {
            guard case .repository(let repository) = item.content else {
                result.items.append(item)
                continue
            }
            result.items += try await withGit { [self] git in try files(of: repository, copy, git) }
        }
        return result
    }

    /// Blocking. What is copied is what is in the folder, not the folder. Without `--keep-git-dir` nothing of git's own is.
    private func files(
        of repository: GitRepository, _ copy: CopyStep, _ git: GitProgram
    ) throws -> [CopySources.Item] {
        let place = context.holder.path + "/repository-" + ContainerID.random().short
        let checkout = GitCheckout(git: git, repository: repository, folder: place)
        let folder = try checkout.run()
        let isKept = repository.keepsGitFolder == true && repository.folder.isEmpty
        if isKept { try checkout.tidy() }
        let root = FDBox(try FD.open(at: RawPath(folder), .directory))
        let entries = try ContextWalk().entries(of: root).all.filter { isKept || !$0.isGits }
        let tree = SourceTree(root: root, entries: ContextEntries(entries), isContext: true)
        return try tree.items(".", copy).map { item in
            var item = item
            item.root = root
            return item
        }
    }

    private func withGit<Value: Sendable>(
        _ body: @escaping @Sendable (GitProgram) throws -> Value
    ) async throws(EngineError) -> Value {
        let git = GitProgram()
        do {
            return try await withTaskCancellationHandler {
                try await engine.transfers.run { try body(git) }
            } onCancel: {
                git.cancel()
            }
        } catch {
            throw EngineError(wrapping: error)
        }
    }
}

extension GitRepository {
    /// What the instruction says beside the address. Errors: `badParameter` when the two contradict each other.
    fileprivate mutating func take(_ copy: CopyStep) throws(EngineError) {
        if let kept = copy.keepsGitFolder {
            guard keepsGitFolder == nil || keepsGitFolder == kept else {
                throw EngineError(.badParameter, "inconsistent keep-git-dir configuration")
            }
            keepsGitFolder = kept
        }
        if let text = copy.commit {
            let wanted = try Self.checksum(text)
            guard checksum == nil || checksum == wanted else {
                throw EngineError(.badParameter, "checksum mismatch \"\(wanted)\" != \"\(checksum ?? "")\"")
            }
            checksum = wanted
        }
    }

    /// All that decides what files come out.
    var key: String {
        var key = (commit ?? reference) + (folder.isEmpty ? "" : ":" + folder)
        if keepsGitFolder == true, folder.isEmpty { key += ".git#" + reference + " " + publicRemote }
        return key + (hasSubmodules ? "" : "(skip-submodules)")
    }
}

extension ContextEntry {
    /// A repository's own folder, a submodule's file that leads there, and what is below.
    fileprivate var isGits: Bool {
        path.bytes.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual(".git".utf8) }
    }
}
