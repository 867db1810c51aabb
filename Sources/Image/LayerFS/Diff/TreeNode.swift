import LinuxSystem

/// A file met on a walk.
struct TreeNode {
    /// From the walk's root, without a leading slash.
    var path: RawPath
    var parent: FDBox
    var name: RawPath
    var stat: FileStat
}

/// What a layer does to one name.
enum TreeDifference {
    /// Made, or changed in content or metadata. `isOpaque`: a directory that hides what has its name below.
    /// `existed`: nil where the walk cannot tell.
    case present(TreeNode, isOpaque: Bool, existed: Bool?)
    case removed(RawPath)
}

/// Gives the differences of a layer in order: by name within a directory, a directory before what is in it.
protocol DifferenceWalk {
    func visit(_ body: (TreeDifference) throws -> Void) throws
}
