internal import GraphDrivers
internal import LinuxSystem

/// What can be done about a disk that is full: removed layers may still lie on it, and what can be made again.
struct DiskRoom: Sendable {
    /// Each gives up more than the one before.
    var steps: [@Sendable () -> Void] = []

    /// Tries again when the disk was full (ENOSPC, EDQUOT): there may be room by then even if a step made none, as removed
    /// layers go by themselves too.
    func trying(_ body: () throws -> Void) throws {
        for step in steps {
            do {
                return try body()
            } catch let error as SystemError {
                guard error.errno == 28 || error.errno == 122 else { throw error }
                step()
            }
        }
        try body()
    }
}

extension ImageStore {
    var room: DiskRoom {
        DiskRoom(steps: [{ [driver] in _ = driver.emptyTrash() }, { [folder] in folder.dropPulled() }])
    }

    /// Waits until the files of removed layers are gone.
    public func makeRoom() { driver.emptyTrash() }
}
