internal import GraphDrivers
internal import LinuxSystem

/// What can be done about a disk that is full: removed layers may still lie on it.
struct DiskRoom: Sendable {
    /// True when there may be more room now.
    var make: @Sendable () -> Bool = { false }

    /// Tries again when the disk was full (ENOSPC, EDQUOT) and may be no more.
    func trying(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as SystemError {
            guard error.errno == 28 || error.errno == 122, make() else { throw error }
            try body()
        }
    }
}

extension ImageStore {
    var room: DiskRoom { DiskRoom { [driver] in driver.emptyTrash() } }

    /// Waits until the files of removed layers are gone.
    public func makeRoom() { driver.emptyTrash() }
}
