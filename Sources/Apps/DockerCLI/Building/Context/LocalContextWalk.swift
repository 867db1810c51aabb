internal import Dockerfile
internal import HostSystem
internal import Primitives

/// Goes through a context's folder, in the order of names, past what is left out. Links are told of and never followed.
struct LocalContextWalk {
    /// Something that is sent.
    struct Item {
        /// From the context's root, with slashes.
        var path: [UInt8]
        /// In `folder`.
        var name: [UInt8]
        var folder: OpenFolder
        var facts: FileFacts

        /// As messages name it.
        var shown: String { folder.path(of: name) }
    }

    private struct Level {
        var folder: OpenFolder
        var path: [UInt8]
        var trail: IgnoreRules.Trail
        /// The folder is left out itself: it is told of when something in it is not.
        var waiting: Item?
        /// The next one last.
        var rest: [[UInt8]]
    }

    let context: LocalContext

    /// Errors: folders that can't be read, and what `take` throws.
    func run(_ take: (Item) throws -> Void) throws {
        let added = Set(context.added.map(\.name))
        var levels = [
            Level(folder: context.folder, path: [], trail: context.rules.top, rest: try names(context.folder))
        ]
        while let last = levels.indices.last {
            guard let name = levels[last].rest.popLast() else {
                levels.removeLast()
                continue
            }
            let (folder, above) = (levels[last].folder, levels[last].path)
            // What is gone by now was not there.
            guard let facts = try facts(of: name, in: folder) else { continue }
            let item = Item(
                path: above.isEmpty ? name : above + [0x2f] + name, name: name, folder: folder, facts: facts)
            let text = String(decoding: item.path, as: UTF8.self)
            let trail = context.rules.trail(text, in: levels[last].trail)
            if facts.kind == .folder {
                guard isWanted(text, trail), let child = try open(item, isLeftOut: trail.isIgnored) else { continue }
                if !trail.isIgnored { try tell(item, &levels, take) }
                levels.append(
                    Level(
                        folder: child, path: item.path, trail: trail, waiting: trail.isIgnored ? item : nil,
                        rest: try names(child)))
            } else if !trail.isIgnored && !added.contains(text) {
                try tell(item, &levels, take)
            } else if context.kept.contains(text) {
                try take(item)
            }
        }
    }

    private func tell(_ item: Item, _ levels: inout [Level], _ take: (Item) throws -> Void) throws {
        for index in levels.indices {
            if let folder = levels[index].waiting { try take(folder) }
            levels[index].waiting = nil
        }
        try take(item)
    }

    /// Whether a folder has to be looked into.
    private func isWanted(_ path: String, _ trail: IgnoreRules.Trail) -> Bool {
        !trail.isIgnored || context.rules.hasExceptions || context.kept.contains { $0.hasPrefix(path + "/") }
    }

    private func names(_ folder: OpenFolder) throws -> [[UInt8]] { try folder.names().reversed() }

    private func facts(of name: [UInt8], in folder: OpenFolder) throws -> FileFacts? {
        do throws(EngineError) { return try folder.entry(name) } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }

    /// Nil for a folder that nobody may look into and that is left out anyway.
    private func open(_ item: Item, isLeftOut: Bool) throws -> OpenFolder? {
        do throws(EngineError) { return try item.folder.folder(item.name) } catch {
            guard !isLeftOut else { return nil }
            throw CommandFailure("error checking context: can't stat '\(item.shown)'")
        }
    }
}
