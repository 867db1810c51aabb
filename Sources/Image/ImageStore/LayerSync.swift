internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// Writes the files of new layers to the disk, behind the answer to whoever asked for them.
///
/// A layer's row names the boot of the machine in which it was made (`unsyncedBoot`) until its files are safe. After a
/// loss of power in between the row is there and nobody knows what of the files is: see `Startup`. One `syncfs(2)`
/// serves all the layers that came before it.
final class LayerSync: Sendable {
    private struct State {
        var waiting: Set<Digest> = []
        var isRunning = false
    }

    private let folders: [String]
    private let state = Mutex(State())

    /// `folders` are on all the file systems that layers and their records may be on; one that is not there is none.
    init(folders: [String]) { self.folders = folders }

    /// `markSafe` is called on a thread of its own, with layers whose files are on disk.
    func schedule(_ chainIDs: [Digest], markSafe: @escaping @Sendable ([Digest]) -> Void) {
        guard !chainIDs.isEmpty else { return }
        let starts = state.withLock { state in
            state.waiting.formUnion(chainIDs)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard starts else { return }
        let isStarted = PlatformThread.detach { [self] in
            while let next = takeWaiting() {
                // An error leaves the marks: the files count as unsafe until they are unpacked again.
                if sync() { markSafe(next) }
            }
        }
        if !isStarted { state.withLock { $0.isRunning = false } }
    }

    private func sync() -> Bool {
        do throws(SystemError) {
            for folder in folders where HostFile.exists(folder) {
                try FD.open(at: RawPath(folder), .directory).syncFileSystem()
            }
            return true
        } catch {
            return false
        }
    }

    /// Nil, and not running any more, when there are none.
    private func takeWaiting() -> [Digest]? {
        state.withLock { state in
            let next = Array(state.waiting)
            state.waiting = []
            state.isRunning = !next.isEmpty
            return next.isEmpty ? nil : next
        }
    }
}
