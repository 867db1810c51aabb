import HostSystem
import RegistryStorage

/// A folder that goes with the test.
final class Scratch {
    let path: String

    init() {
        path = (CurrentProcess.variable("TMPDIR") ?? "/tmp") + "/registry-" + UploadID().description
    }

    deinit { try? Disk.removeTree(path) }
}
