internal import GraphDrivers
internal import LinuxSystem

/// What can be done about a disk that is full: removed layers may still lie on it.
struct DiskRoom: Sendable {
    var make: @Sendable () -> Void = {}

    /// Tries again when the disk was full (ENOSPC, EDQUOT): there may be room by then even if this made none, as removed
    /// layers go by themselves too.
    func trying(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as SystemError {
            guard error.errno == 28 || error.errno == 122 else { throw error }
            make()
            try body()
        }
    }
}

extension ImageStore {
    var room: DiskRoom { DiskRoom { [driver] in _ = driver.emptyTrash() } }

    /// Waits until the files of removed layers are gone.
    public func makeRoom() { driver.emptyTrash() }
}
