import Cgroups
import OCIRuntime
import Testing

@Suite struct CgroupMappingTests {
    @Test func carriesEveryLimitOver() {
        let resources = OCIResources(
            devices: [
                OCIDeviceRule(allow: false, access: "rwm"),
                OCIDeviceRule(allow: true, type: "c", major: 1, minor: -1, access: "rw"),
                OCIDeviceRule(allow: true, type: "x", access: "rw"),
                OCIDeviceRule(allow: true, type: "c", major: 1 << 40, access: "rw"),
            ],
            memory: OCIMemory(limit: 1, reservation: 2, swap: 3, swappiness: 4, disableOOMKiller: true),
            cpu: OCICPU(shares: 5, quota: 6, burst: 7, period: 8, cpus: "0", mems: "1"), pids: OCIPids(limit: 9),
            blockIO: OCIBlockIO(
                weight: 10, weightDevice: [OCIWeightDevice(major: 8, minor: 0, weight: 11)],
                throttleWriteIOPSDevice: [OCIThrottleDevice(major: 8, minor: 1, rate: 12)]),
            hugepageLimits: [OCIHugepageLimit(pageSize: "2MB", limit: 13)], unified: ["memory.high": "14"])
        let mapped = CgroupResources(resources)
        #expect(
            mapped.devices == [
                CgroupDeviceRule(allow: false),
                CgroupDeviceRule(allow: true, kind: .character, major: 1, access: [.read, .write]),
            ])
        #expect(mapped.memory == .init(limit: 1, reservation: 2, swap: 3, swappiness: 4, disableOOMKiller: true))
        #expect(mapped.cpu == .init(shares: 5, quota: 6, period: 8, burst: 7, cpus: "0", mems: "1"))
        #expect(mapped.pidsLimit == 9 && mapped.blockIO.weight == 10)
        #expect(mapped.blockIO.deviceWeights == [.init(major: 8, minor: 0, weight: 11)])
        #expect(mapped.blockIO.limits == [.init(.writeOperations, major: 8, minor: 1, rate: 12)])
        #expect(mapped.hugepages == ["2MB": 13] && mapped.unified == ["memory.high": "14"])
    }
}
