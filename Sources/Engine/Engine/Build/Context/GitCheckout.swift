internal import Dockerfile
internal import LinuxSystem
internal import Primitives

/// Checks a repository out, for the context of a build or for ADD. Blocks.
struct GitCheckout: Sendable {
    let git: GitProgram
    let repository: GitRepository
    /// Is made.
    let folder: String

    /// The folder on the host that was asked for. Errors: `unavailable` without git, `badParameter` with what it says.
    func run() throws -> String {
        try HostDirectory.make(folder, mode: 0o755)
        try run("init", "-q", saying: "failed to init repo")
        try run("remote", "add", "origin", repository.remote, saying: "failed add origin repo at \(repository.remote)")
        try fetch()
        try checkOut()
        if repository.hasSubmodules {
            let words = ["submodule", "update", "--init", "--recursive", "--depth=1"]
            try run(words, saying: "error initializing submodules")
        }
        return try wantedFolder()
    }

    /// Takes out of `.git` what only the way here needed: it becomes a part of an image.
    func tidy() throws {
        try run("remote", "set-url", "origin", repository.publicRemote, saying: "failed to set remote origin")
        try run("reflog", "expire", "--all", "--expire=now", saying: "failed to expire reflog")
        try HostFile.remove(folder + "/.git/FETCH_HEAD")
    }

    /// No more than is needed, then more: not every server gives a part of its history, or a commit by its name.
    private func fetch() throws {
        let reference = repository.reference
        var ways = [["--depth", "1", "origin", "--", reference]]
        if let commit = repository.commit { ways.append(["--depth", "1", "origin", "--", commit]) }
        ways.append(["origin", "--", reference])
        if repository.mayBeCommit || repository.commit != nil {
            ways.append(["--tags", "origin", "+refs/heads/*:refs/remotes/origin/*"])
        }
        var failure = ""
        for way in ways {
            let (succeeded, text) = try git.attempt(["fetch", "-q"] + way, in: folder)
            if try succeeded && hasCommit() { return }
            if failure.isEmpty { failure = text }
        }
        throw EngineError(.badParameter, "error fetching: \(failure)")
    }

    /// A branch may be somewhere else by now.
    private func hasCommit() throws -> Bool {
        guard let commit = repository.commit else { return true }
        return try git.attempt(["cat-file", "-e", commit + "^{commit}"], in: folder).succeeded
    }

    /// By its name, which leaves a branch checked out as one, else what was fetched last.
    private func checkOut() throws {
        if let commit = repository.commit {
            return try run("checkout", "-q", "--detach", commit, "--", saying: "error checking out \(commit)")
        }
        let (succeeded, text) = try git.attempt(["checkout", "-q", repository.reference, "--"], in: folder)
        guard !succeeded else { return }
        guard try git.attempt(["checkout", "-q", "FETCH_HEAD", "--"], in: folder).succeeded else {
            throw EngineError(.badParameter, "error checking out \(repository.reference): \(text)")
        }
    }

    /// The folder that was named. Links in the repository are followed inside it, but not to what git itself keeps there.
    private func wantedFolder() throws -> String {
        let path = RawPath(String(repository.folder.drop { $0 == "/" }))
        guard !path.isEmpty else { return folder }
        // The kernel takes what is above a root for the root.
        guard !"\(SlashPath.clean(path.string))/".hasPrefix("../") else {
            throw EngineError(.badParameter, "error setting git context, \"\(repository.folder)\" not within git root")
        }
        let root = FDBox(try FD.open(at: RawPath(folder), .directory))
        do throws(SystemError) {
            let (place, top) = try (Self.place(of: path, below: root), Self.place(of: ".", below: root))
            if !place.dropFirst(top.count).split(separator: "/").contains(".git") { return place }
        } catch {
            let isFile = error.errno == 20
            throw EngineError(
                .badParameter,
                isFile
                    ? "error setting git context, not a directory: \(repository.folder)"
                    : "error setting git context, \"\(repository.folder)\" not within git root: \(error.reason)")
        }
        throw EngineError(.badParameter, "error setting git context, not of the repository: \(repository.folder)")
    }

    private static func place(of folder: RawPath, below root: FDBox) throws(SystemError) -> String {
        let place = try root.fd.open(folder, [.path, .directory], resolve: [.inRoot, .noMagicLinks])
        return try FD.open(at: "/proc/self/fd", .directory).readLink(RawPath("\(place.rawValue)")).string
    }

    private func run(_ arguments: String..., saying what: String) throws { try run(arguments, saying: what) }

    private func run(_ arguments: [String], saying what: String) throws {
        let (succeeded, text) = try git.attempt(arguments, in: folder)
        guard succeeded else { throw EngineError(.badParameter, "\(what): \(text)") }
    }
}
