internal import LinuxSystem

enum HugepageFiles: ControllerFiles {
    static func applyV1(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        for (size, limit) in resources.hugepages where isSize(size) {
            try folder.write("hugetlb.\(size).limit_in_bytes", limit)
        }
    }

    static func applyV2(_ resources: CgroupResources, to folder: CgroupFolder) throws(SystemError) {
        for (size, limit) in resources.hugepages where isSize(size) { try folder.write("hugetlb.\(size).max", limit) }
    }

    /// The size becomes part of a file name.
    private static func isSize(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }
}
