internal import Dockerfile
internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// The folders of `RUN --mount=type=cache`, by what they are called. They last until somebody prunes them.
///
/// ```
/// <root>/build-cache/<digest of the name>/files    what commands keep there
///                                        name     what it is called
///                    unfinished/<random>           on the way to files, or away: the next start removes it
/// ```
final class CacheFolders: Sendable {
    private struct State {
        var users: [String: Int] = [:]
        var locked: Set<String> = []
        var waiting: [String: [Int: CheckedContinuation<Void, Never>]] = [:]
        var next = 0
    }

    private let path: String
    private let state = Mutex(State())

    private var unfinished: String { path + "/unfinished" }

    init(path: String) { self.path = path }

    /// The right to use a folder, until `release`.
    final class Lease: Sendable {
        let name: String
        let folder: String
        var files: String { folder + "/files" }
        private let unfinished: String
        private let end: Mutex<(@Sendable () -> Void)?>

        fileprivate init(name: String, folder: String, unfinished: String, end: @escaping @Sendable () -> Void) {
            self.name = name
            self.folder = folder
            self.unfinished = unfinished
            self.end = Mutex(end)
        }

        func release() { end.withLock { $0.take() }?() }

        /// Blocking. Makes the folder, if it is not there, with what `fill` puts into it: whole or not at all, and as the first
        /// of several has made it.
        func make(mode: UInt32, uid: UInt32, gid: UInt32, _ fill: (FDBox) throws -> Void) throws {
            guard !HostFile.exists(files) else { return }
            let new = try makeUnfinished()
            do {
                let made = FDBox(try FD.open(at: RawPath(new), .directory))
                try made.fd.setOwner(uid: uid, gid: gid)
                try made.fd.setMode(mode)
                try fill(made)
                try finish(new, made)
            } catch {
                try HostDirectory.removeTree(new)
                throw error
            }
        }

        private func finish(_ new: String, _ made: FDBox) throws {
            try HostDirectory.make(folder, mode: 0o700)
            try HostFile.write(folder + "/name", Array(name.utf8))
            do throws(SystemError) {
                try made.fd.rename(RawPath(new), into: made.fd, as: RawPath(files), replacing: false)
            } catch {
                // EEXIST: somebody was faster.
                guard error.errno == 17 else { throw error }
                try HostDirectory.removeTree(new)
            }
        }

        private func makeUnfinished() throws -> String {
            try HostDirectory.makeAll(unfinished, mode: 0o700)
            let path = unfinished + "/" + ContainerID.random().description
            try HostDirectory.make(path, mode: 0o700)
            return path
        }
    }

    /// `locked` waits until nobody uses the folder, `private` takes another one then. Errors: `unavailable` when the task is
    /// cancelled.
    func lease(_ name: String, _ sharing: RunMount.Sharing) async throws(EngineError) -> Lease {
        var key = Digest.sha256(of: Array(name.utf8)).hex
        while true {
            let isFree = state.withLock { state in
                let isUsed = state.users[key] != nil
                guard !isUsed || (sharing == .shared && !state.locked.contains(key)) else { return false }
                state.users[key, default: 0] += 1
                if sharing == .locked { state.locked.insert(key) }
                return true
            }
            if isFree { break }
            if sharing == .private {
                key = Digest.sha256(of: Array((key + name).utf8)).hex
            } else {
                await wait(for: key)
            }
            guard !Task.isCancelled else { throw EngineError(.unavailable, "Build cancelled") }
        }
        return Lease(name: name, folder: path + "/" + key, unfinished: unfinished) { [self, key] in leave(key) }
    }

    private func leave(_ key: String) {
        let waiting = state.withLock { state -> [Int: CheckedContinuation<Void, Never>] in
            let users = (state.users[key] ?? 1) - 1
            state.users[key] = users > 0 ? users : nil
            guard users <= 0 else { return [:] }
            state.locked.remove(key)
            return state.waiting.removeValue(forKey: key) ?? [:]
        }
        for continuation in waiting.values { continuation.resume() }
    }

    private func wait(for key: String) async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.users[key] != nil, !Task.isCancelled else { return false }
                    state.waiting[key, default: [:]][number] = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting[key]?.removeValue(forKey: number) }?.resume()
        }
    }
}

// What there is, and taking it away.
extension CacheFolders {
    struct Folder: Sendable {
        var id: String
        var name: String
        var size: Int64
        var isUsed: Bool
        var changed: Timestamp
    }

    /// Blocking. Without those that somebody is just making or removing.
    func all() throws -> [Folder] {
        guard HostFile.exists(path) else { return [] }
        return try HostDirectory.entries(path).sorted().compactMap { id in
            let folder = path + "/" + id
            guard let bytes = try? HostFile.read(folder + "/name", limit: 1 << 16),
                let changed = try? HostFile.status(folder + "/files").modified
            else { return nil }
            return Folder(
                id: id, name: String(decoding: bytes, as: UTF8.self), size: Engine.size(of: folder) ?? 0,
                isUsed: state.withLock { $0.users[id] != nil },
                changed: Timestamp(seconds: changed.seconds, nanoseconds: changed.nanoseconds))
        }
    }

    /// Blocking. False for one that is used. Nobody gets it while it goes.
    func remove(_ id: String) throws -> Bool {
        let isOurs = state.withLock { state in
            guard state.users[id] == nil else { return false }
            state.users[id] = 1
            state.locked.insert(id)
            return true
        }
        guard isOurs else { return false }
        defer { leave(id) }
        // At once: what is left after a crash must not look like a cache.
        try HostDirectory.makeAll(unfinished, mode: 0o700)
        let away = unfinished + "/" + ContainerID.random().description
        try HostFile.rename(path + "/" + id, to: away)
        try HostDirectory.removeTree(away)
        return true
    }

    /// What is there by now and was never finished, or only half removed. Blocking.
    func leftovers() -> [String] {
        let names = (try? HostDirectory.entries(unfinished)) ?? []
        return names.map { unfinished + "/" + $0 }
    }
}
