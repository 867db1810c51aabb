internal import APIModel
internal import Flags
internal import Primitives

extension CreateBody {
    mutating func setResources() throws {
        host.memory = try size("memory")
        host.memorySwap = flags.text("memory-swap") == "-1" ? -1 : try size("memory-swap")
        host.memoryReservation = try size("memory-reservation")
        host.shmSize = try size("shm-size")
        if flags.isSet("memory-swappiness") { host.memorySwappiness = Int64(flags.integer("memory-swappiness")) }
        if flags.bool("oom-kill-disable") { host.oomKillDisable = true }
        host.oomScoreAdj = flags.integer("oom-score-adj")
        if flags.isSet("pids-limit") { host.pidsLimit = Int64(flags.integer("pids-limit")) }
        host.cpuShares = Int64(flags.integer("cpu-shares"))
        host.cpuPeriod = Int64(flags.integer("cpu-period"))
        host.cpuQuota = Int64(flags.integer("cpu-quota"))
        host.nanoCPUs = try nanoCPUs(flags.text("cpus"))
        host.cpusetCpus = flags.text("cpuset-cpus")
        host.cpusetMems = flags.text("cpuset-mems")
        host.cgroupParent = flags.text("cgroup-parent")
        host.blkioWeight = try blockWeight()
        host.ulimits = try UlimitForm.limits(flags.list("ulimit"))
        host.devices = try devices()
        host.deviceCgroupRules = flags.list("device-cgroup-rule").isEmpty ? nil : flags.list("device-cgroup-rule")
        guard !flags.isSet("gpus") else { throw CommandFailure("--gpus is not supported yet") }
    }

    private func size(_ flag: String) throws -> Int64 {
        let text = flags.text(flag)
        if text.isEmpty { return 0 }
        do throws(EngineError) { return try ByteCount(parsing: text).bytes } catch {
            throw CommandFailure(error.message)
        }
    }

    private func nanoCPUs(_ text: String) throws -> Int64 {
        if text.isEmpty { return 0 }
        guard let value = Double(text), value >= 0, value < 1_000_000 else {
            throw CommandFailure(
                "invalid argument \"\(text)\" for \"--cpus\" flag: failed to parse \(text) as a rational number")
        }
        return Int64((value * 1e9).rounded())
    }

    private func blockWeight() throws -> UInt16 {
        let weight = flags.integer("blkio-weight")
        guard weight == 0 || (10...1000).contains(weight) else {
            throw CommandFailure("Range of blkio weight is from 10 to 1000")
        }
        return UInt16(weight)
    }

    private func devices() throws -> [DeviceMapping]? {
        let devices = try flags.list("device").map { word in
            let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            let isMode: (String) -> Bool = { !$0.isEmpty && $0.allSatisfy { "rwm".contains($0) } }
            switch parts.count {
            case 1: return DeviceMapping(pathOnHost: parts[0], pathInContainer: parts[0])
            case 2 where isMode(parts[1]):
                return DeviceMapping(pathOnHost: parts[0], pathInContainer: parts[0], cgroupPermissions: parts[1])
            case 2: return DeviceMapping(pathOnHost: parts[0], pathInContainer: parts[1])
            case 3 where isMode(parts[2]):
                return DeviceMapping(pathOnHost: parts[0], pathInContainer: parts[1], cgroupPermissions: parts[2])
            default: throw CommandFailure("invalid device specification: \(word)")
            }
        }
        return devices.isEmpty ? nil : devices
    }
}
