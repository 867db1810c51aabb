internal import GraphDrivers
internal import LayerFS

extension ImageStore {
    var room: DiskRoom {
        DiskRoom(steps: [{ [driver] in _ = driver.emptyTrash() }, { [folder] in folder.dropPulled() }])
    }

    /// Waits until the files of removed layers are gone.
    public func makeRoom() { driver.emptyTrash() }
}
