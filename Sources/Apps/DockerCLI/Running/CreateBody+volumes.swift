internal import APIModel
internal import Flags

extension CreateBody {
    mutating func setVolumes() throws {
        var binds: [String] = []
        for word in flags.list("volume") {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 3, !parts.contains(where: \.isEmpty) else {
                throw CommandFailure("invalid volume specification: '\(word)'")
            }
            if parts.count == 1 {
                guard word.hasPrefix("/") else { throw CommandFailure("invalid volume specification: '\(word)'") }
                config.volumes = (config.volumes ?? [:]).merging([word: EmptyObject()]) { $1 }
            } else {
                binds.append(ClientPath.absolute(word))
            }
        }
        host.binds = binds.isEmpty ? nil : binds
        host.volumesFrom = given("volumes-from")
        host.volumeDriver = flags.text("volume-driver")
        for word in flags.list("tmpfs") {
            let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            host.tmpfs[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        host.mounts = try flags.list("mount").map(MountForm.parse)
    }
}
