internal import HostSystem
internal import Primitives

/// What is copied.
struct CopySource {
    var path: String
    var isFolder: Bool
    /// What it shall be called, where a link led elsewhere.
    var newName: String?

    /// A path of this machine. Links before its last part are followed; the last too for `followsLink`.
    init(local path: String, followsLink: Bool) throws {
        if followsLink {
            (self.path, newName) = CopyPath.resolved(path, to: try LocalPath.withoutLinks(path))
        } else {
            let slash = path.lastIndex(of: "/") ?? path.startIndex
            let (above, name) = (String(path[...slash]), String(path[path.index(after: slash)...]))
            self.path = try LocalPath.withoutLinks(above) + "/" + name
            if CopyPath.endsInSlash(path), CopyPath.base(path) != CopyPath.base(self.path) {
                newName = CopyPath.base(path)
            }
        }
        guard let facts = try LocalPath.facts(self.path) else {
            throw CommandFailure("lstat \(self.path): no such file or directory")
        }
        isFolder = facts.kind == .folder
    }

    init(path: String, isFolder: Bool, newName: String?) {
        self.path = path
        self.isFolder = isFolder
        self.newName = newName
    }
}

/// Where it is copied to.
struct CopyTarget {
    var path: String
    /// Nil: nothing is there yet.
    var isFolder: Bool?

    init(path: String, isFolder: Bool? = nil) {
        self.path = path
        self.isFolder = isFolder
    }

    /// A path of this machine, whose links are followed. Its folder has to be there.
    init(local path: String) throws {
        var path = path
        for _ in 0...10 {
            guard let facts = try LocalPath.facts(path) else {
                guard let above = try LocalPath.facts(CopyPath.entry(path).folder, followsLink: true) else {
                    throw CommandFailure("stat \(CopyPath.entry(path).folder): no such file or directory")
                }
                guard above.kind == .folder else { throw CommandFailure("not a directory") }
                self.init(path: path)
                return
            }
            guard facts.kind == .link else {
                self.init(path: path, isFolder: facts.kind == .folder)
                return
            }
            let target = try LocalPath.linkTarget(path)
            path = target.hasPrefix("/") ? target : CopyPath.join(CopyPath.entry(path).folder, target)
        }
        throw CommandFailure("too many symlinks in \(path)")
    }
}

/// How an archive of a source has to be unpacked so that it ends where it should: in which folder, and under which name.
struct CopyPlan {
    var folder: String
    /// What names in the archive begin with, and what they shall begin with; nil leaves them.
    var renaming: (from: String, to: String)?

    /// All of an archive, as it is called in there.
    init(folder: String) { self.folder = folder }

    /// Errors: what can't be, in the words of Docker's client.
    init(_ source: CopySource, to target: CopyTarget) throws(CommandFailure) {
        let (above, name) = CopyPath.entry(target.path)
        folder = above
        let oldName = source.newName ?? CopyPath.entry(source.path).name
        switch target.isFolder {
        case true?:
            folder = target.path
            return
        case false? where source.isFolder: throw CommandFailure("cannot copy directory")
        case nil where !source.isFolder && CopyPath.assertsFolder(target.path):
            throw CommandFailure("no such directory")
        default: renaming = (oldName, name)
        }
    }

    /// The name that an entry of the archive gets.
    func renamed(_ name: [UInt8]) -> [UInt8] {
        guard let renaming else { return name }
        let old = renaming.from == "/" ? [] : Array(renaming.from.utf8)
        guard name.starts(with: old) else { return name }
        return Array(renaming.to.utf8) + (old.isEmpty && name.first != 0x2f ? [0x2f] : []) + name[old.count...]
    }
}
