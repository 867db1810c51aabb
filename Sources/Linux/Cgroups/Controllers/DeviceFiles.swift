internal import CLinux
internal import LinuxSystem

enum DeviceFiles: ControllerFiles {
    static func applyV1(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        guard !resources.devices.isEmpty else { return }
        let rules = CgroupDeviceRule.reduced(resources.devices)
        // The last rule about everything replaces the list, so nothing is open in between that should not be.
        let isOpen = rules.first.map { $0.coversEverything && $0.allow } ?? false
        try folder.write(isOpen ? "devices.allow" : "devices.deny", "a")
        guard rules.contains(where: { !$0.coversEverything }) else { return }
        let allow = try folder.open("devices.allow", .writeOnly)
        let deny = try folder.open("devices.deny", .writeOnly)
        for rule in rules where !rule.coversEverything {
            for line in rule.lines {
                if rule.allow {
                    try write(line, to: allow, folder.file("devices.allow"))
                } else {
                    try write(line, to: deny, folder.file("devices.deny"))
                }
            }
        }
    }

    private static func write(_ line: String, to file: borrowing FD, _ path: String) throws(SystemError) {
        var line = line
        let raw = file.rawValue
        let count = line.withUTF8 { cl_write(raw, $0.baseAddress.unsafelyUnwrapped, $0.count) }
        try check(count, "write", path)
    }

    /// Version 2 has no files for this: a program of ours is asked at each mknod(2) and open(2).
    static func applyV2(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        guard !resources.devices.isEmpty else { return }
        let raw = cl_openat(-100, folder.path, FileOpenFlags.directory.rawValue, 0)
        let group = FD(owning: try check(raw, "open", folder.path))
        let old = try attachedFilters(group, folder.path)
        let program = DeviceFilter.program(for: resources.devices)
        let loaded = program.withUnsafeBufferPointer {
            cl_bpf_load_device_filter($0.baseAddress.unsafelyUnwrapped, UInt32($0.count))
        }
        let filter = FD(owning: try check(loaded, "bpf", "BPF_PROG_LOAD"))
        try attach(filter, to: group, insteadOf: old, folder.path)
    }

    /// A lone older filter is swapped in one step; with several there is a moment in which all of them hold.
    private static func attach(
        _ filter: borrowing FD, to group: borrowing FD, insteadOf old: [UInt32], _ path: String
    ) throws(SystemError) {
        var programs: [FDBox] = []
        for id in old {
            programs.append(FDBox(FD(owning: try check(cl_bpf_program(id), "bpf", "BPF_PROG_GET_FD_BY_ID"))))
        }
        let swapped = programs.count == 1 ? programs[0].fd.rawValue : -1
        try check(
            cl_bpf_attach_device_filter(group.rawValue, filter.rawValue, swapped), "bpf", "BPF_PROG_ATTACH " + path)
        guard programs.count > 1 else { return }
        for program in programs {
            try check(
                cl_bpf_detach_device_filter(group.rawValue, program.fd.rawValue), "bpf", "BPF_PROG_DETACH " + path)
        }
    }

    private static func attachedFilters(_ group: borrowing FD, _ path: String) throws(SystemError) -> [UInt32] {
        var ids = [UInt32](repeating: 0, count: 64)
        let raw = group.rawValue
        let count = ids.withUnsafeMutableBufferPointer {
            cl_bpf_device_filters(raw, $0.baseAddress.unsafelyUnwrapped, UInt32($0.count))
        }
        try check(count, "bpf", "BPF_PROG_QUERY " + path)
        return Array(ids.prefix(Int(count)))
    }
}

extension CgroupDeviceRule {
    /// Without the rules that a later one about everything makes void.
    static func reduced(_ rules: [CgroupDeviceRule]) -> ArraySlice<CgroupDeviceRule> {
        rules[(rules.lastIndex { $0.coversEverything } ?? 0)...]
    }

    /// As `devices.allow` takes it: `c 1:3 rwm`. The kernel reads no further than a leading `a`, so that is two lines.
    var lines: [String] {
        let rest = "\(major.map { "\($0)" } ?? "*"):\(minor.map { "\($0)" } ?? "*") \(access.letters)"
        switch kind {
        case .all: return ["b " + rest, "c " + rest]
        case .block: return ["b " + rest]
        case .character: return ["c " + rest]
        }
    }
}

extension CgroupDeviceRule.Access {
    /// Some of `rwm`.
    public var letters: String {
        (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "") + (contains(.makeNode) ? "m" : "")
    }

    /// From some of `rwm` in any order; nil for other letters.
    public init?(letters: String) {
        self = []
        for letter in letters.utf8 {
            switch letter {
            case UInt8(ascii: "r"): insert(.read)
            case UInt8(ascii: "w"): insert(.write)
            case UInt8(ascii: "m"): insert(.makeNode)
            default: return nil
            }
        }
    }
}
