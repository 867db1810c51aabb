public import Cgroups

/// From the specification's resources to what control groups take.
extension CgroupResources {
    /// A device rule that makes no sense is dropped when it would allow, so that nothing is open by mistake.
    public init(_ resources: OCIResources) {
        self.init(
            memory: resources.memory.map(Memory.init) ?? Memory(), cpu: resources.cpu.map(CPU.init) ?? CPU(),
            pidsLimit: resources.pids?.limit, blockIO: resources.blockIO.map(BlockIO.init) ?? BlockIO(),
            devices: resources.devices.compactMap(CgroupDeviceRule.init),
            hugepages: [String: UInt64](
                resources.hugepageLimits.map { ($0.pageSize, $0.limit) }, uniquingKeysWith: { _, last in last }),
            unified: resources.unified)
    }
}

extension CgroupResources.Memory {
    init(_ memory: OCIMemory) {
        self.init(
            limit: memory.limit, reservation: memory.reservation, swap: memory.swap, swappiness: memory.swappiness,
            disableOOMKiller: memory.disableOOMKiller)
    }
}

extension CgroupResources.CPU {
    init(_ cpu: OCICPU) {
        self.init(
            shares: cpu.shares, quota: cpu.quota, period: cpu.period, burst: cpu.burst,
            realtimeRuntime: cpu.realtimeRuntime, realtimePeriod: cpu.realtimePeriod, cpus: cpu.cpus, mems: cpu.mems,
            idle: cpu.idle)
    }
}

extension CgroupResources.BlockIO {
    init(_ blockIO: OCIBlockIO) {
        let weights = blockIO.weightDevice.compactMap { device in
            device.weight.map {
                CgroupResources.DeviceWeight(major: device.major, minor: device.minor, weight: $0)
            }
        }
        let limits: [(CgroupResources.DeviceLimit.Kind, [OCIThrottleDevice])] = [
            (.readBytes, blockIO.throttleReadBpsDevice), (.writeBytes, blockIO.throttleWriteBpsDevice),
            (.readOperations, blockIO.throttleReadIOPSDevice), (.writeOperations, blockIO.throttleWriteIOPSDevice),
        ]
        self.init(
            weight: blockIO.weight, deviceWeights: weights,
            limits: limits.flatMap { kind, devices in
                devices.map {
                    CgroupResources.DeviceLimit(kind, major: $0.major, minor: $0.minor, rate: $0.rate)
                }
            })
    }
}

extension CgroupDeviceRule {
    init?(_ rule: OCIDeviceRule) {
        let kind: Kind
        switch rule.type {
        case "", "a": kind = .all
        case "c", "u": kind = .character
        case "b": kind = .block
        default: return nil
        }
        // -1 is how older specifications say every number.
        let major = rule.major.flatMap { $0 == -1 ? nil : $0 }
        let minor = rule.minor.flatMap { $0 == -1 ? nil : $0 }
        guard let access = Access(letters: rule.access.isEmpty ? "rwm" : rule.access),
            (major ?? 0) >> 32 == 0, (minor ?? 0) >> 32 == 0
        else { return nil }
        self.init(
            allow: rule.allow, kind: kind, major: major.map { UInt32(truncatingIfNeeded: $0) },
            minor: minor.map { UInt32(truncatingIfNeeded: $0) }, access: access)
    }
}
