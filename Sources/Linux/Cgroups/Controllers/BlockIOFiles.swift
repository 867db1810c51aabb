internal import LinuxSystem

enum BlockIOFiles: ControllerFiles {
    static func applyV1(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        let blockIO = resources.blockIO
        if let weight = blockIO.weight, weight != 0 {
            try write(["blkio.weight", "blkio.bfq.weight"], "\(weight)", folder)
        }
        for device in blockIO.deviceWeights {
            let line = "\(device.major):\(device.minor) \(device.weight)"
            try write(["blkio.weight_device", "blkio.bfq.weight_device"], line, folder)
        }
        for limit in blockIO.limits {
            try folder.write(fileV1(limit.kind), "\(limit.major):\(limit.minor) \(limit.rate)")
        }
    }

    /// The first of these files that the kernel's schedulers offer.
    private static func write(_ names: [String], _ value: String, _ folder: CgroupFolder) throws(SystemError) {
        for name in names.dropLast() where try folder.writeIfPresent(name, value) { return }
        if let last = names.last { try folder.write(last, value) }
    }

    private static func fileV1(_ kind: CgroupResources.DeviceLimit.Kind) -> String {
        switch kind {
        case .readBytes: "blkio.throttle.read_bps_device"
        case .writeBytes: "blkio.throttle.write_bps_device"
        case .readOperations: "blkio.throttle.read_iops_device"
        case .writeOperations: "blkio.throttle.write_iops_device"
        }
    }

    static func applyV2(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        let blockIO = resources.blockIO
        if let weight = blockIO.weight, weight != 0 { try setWeightV2("", weight, folder) }
        for device in blockIO.deviceWeights {
            try setWeightV2("\(device.major):\(device.minor) ", device.weight, folder)
        }
        for limit in blockIO.limits {
            let rate = limit.rate == 0 ? "max" : "\(limit.rate)"
            try folder.write("io.max", "\(limit.major):\(limit.minor) \(keyV2(limit.kind))=\(rate)")
        }
    }

    /// BFQ takes the same range as version 1; `io.weight` (io.cost) goes to 10000.
    private static func setWeightV2(_ device: String, _ weight: UInt16, _ folder: CgroupFolder) throws(SystemError) {
        if try folder.writeIfPresent("io.bfq.weight", "\(device)\(weight)") { return }
        let prefix = device.isEmpty ? "default " : device
        try folder.write("io.weight", "\(prefix)\(1 + (UInt64(max(weight, 10)) - 10) * 9999 / 990)")
    }

    private static func keyV2(_ kind: CgroupResources.DeviceLimit.Kind) -> String {
        switch kind {
        case .readBytes: "rbps"
        case .writeBytes: "wbps"
        case .readOperations: "riops"
        case .writeOperations: "wiops"
        }
    }

    static func readV1(_ folder: CgroupFolder, into stats: inout CgroupStats) {
        stats.blockIO.serviceBytes = entriesV1("io_service_bytes_recursive", folder)
        stats.blockIO.serviced = entriesV1("io_serviced_recursive", folder)
    }

    /// Lines `8:0 Read 4096`; the last line, a total without a device, is left out.
    private static func entriesV1(_ counter: String, _ folder: CgroupFolder) -> [CgroupStats.BlockIO.Entry] {
        for prefix in ["blkio.throttle.", "blkio.bfq.", "blkio."] {
            guard let bytes = try? folder.read(prefix + counter) else { continue }
            let entries = bytes.split(separator: 0x0A).compactMap(entryV1)
            if !entries.isEmpty { return entries }
        }
        return []
    }

    private static func entryV1(_ line: ArraySlice<UInt8>) -> CgroupStats.BlockIO.Entry? {
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard words.count == 3, let device = device(words[0]), let value = UInt64(words[2]) else { return nil }
        return .init(major: device.major, minor: device.minor, operation: String(words[1]), value: value)
    }

    private static func device(_ word: Substring) -> (major: UInt64, minor: UInt64)? {
        let numbers = word.split(separator: ":")
        guard numbers.count == 2, let major = UInt64(numbers[0]), let minor = UInt64(numbers[1]) else { return nil }
        return (major, minor)
    }

    /// Lines `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`.
    static func readV2(_ folder: CgroupFolder, into stats: inout CgroupStats) {
        for line in (folder.text("io.stat") ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let first = words.first, let device = device(first) else { continue }
            for word in words.dropFirst() {
                let pair = word.split(separator: "=")
                guard pair.count == 2, let value = UInt64(pair[1]) else { continue }
                let operation = pair[0].hasPrefix("r") ? "read" : "write"
                let entry = CgroupStats.BlockIO.Entry(
                    major: device.major, minor: device.minor, operation: operation, value: value)
                if pair[0] == "rbytes" || pair[0] == "wbytes" { stats.blockIO.serviceBytes.append(entry) }
                if pair[0] == "rios" || pair[0] == "wios" { stats.blockIO.serviced.append(entry) }
            }
        }
    }
}
