internal import APIModel
internal import OCIRuntime
internal import Primitives

extension ResourceRules {
    static func blockIO(_ hostConfig: HostConfig) throws(EngineError) -> OCIBlockIO? {
        var block = OCIBlockIO()
        if hostConfig.blkioWeight > 0 { block.weight = hostConfig.blkioWeight }
        for entry in hostConfig.blkioWeightDevice ?? [] {
            let (major, minor) = try DeviceRules.number(of: entry.path)
            block.weightDevice.append(OCIWeightDevice(major: major, minor: minor, weight: entry.weight))
        }
        block.throttleReadBpsDevice = try throttles(hostConfig.blkioDeviceReadBps)
        block.throttleWriteBpsDevice = try throttles(hostConfig.blkioDeviceWriteBps)
        block.throttleReadIOPSDevice = try throttles(hostConfig.blkioDeviceReadIOps)
        block.throttleWriteIOPSDevice = try throttles(hostConfig.blkioDeviceWriteIOps)
        return block == OCIBlockIO() ? nil : block
    }

    private static func throttles(_ entries: [ThrottleDevice]?) throws(EngineError) -> [OCIThrottleDevice] {
        try (entries ?? []).map { entry throws(EngineError) in
            let (major, minor) = try DeviceRules.number(of: entry.path)
            return OCIThrottleDevice(major: major, minor: minor, rate: entry.rate)
        }
    }
}
