internal import APIModel
internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

extension Command {
    static let systemDf = Command(
        "system df", about: "Show docker disk usage",
        flags: [
            Flag("format", kind: .text, help: "Format output using a Go template"),
            Flag("v", "verbose", help: "Show detailed information on space usage"),
        ]
    ) { invocation in
        let usage = try invocation.client.decode(DiskUsage.self, "GET", "/system/df")
        guard !invocation.flags.bool("verbose") else {
            try DiskUsageDetail(usage, format: invocation.flags.text("format")).print(invocation.console)
            return 0
        }
        let table = Table([
            .init("TYPE", "Type"), .init("TOTAL", "TotalCount"), .init("ACTIVE", "Active"), .init("SIZE", "Size"),
            .init("RECLAIMABLE", "Reclaimable"),
        ])
        try table.print(DiskUsageRow.all(usage).map(\.value), invocation, idKey: "Type")
        return 0
    }
}

/// A line of `system df`.
struct DiskUsageRow {
    private let type: String
    private let count: Int
    private let active: Int
    private let size: Int64
    private let reclaimable: Int64
    private let showsShare: Bool

    static func all(_ usage: DiskUsage) -> [DiskUsageRow] {
        [
            images(usage), containers(usage.containers ?? []), volumes(usage.volumes ?? []),
            buildCache(usage.buildCache ?? []),
        ]
    }

    /// What images that containers use have alone counts as used; shared layers count as reclaimable.
    private static func images(_ usage: DiskUsage) -> DiskUsageRow {
        let images = usage.images ?? []
        let used = images.filter { $0.containers != 0 && $0.size != -1 && $0.sharedSize != -1 }
        return DiskUsageRow(
            type: "Images", count: images.count, active: images.count { $0.containers > 0 }, size: usage.layersSize,
            reclaimable: usage.layersSize - used.map { $0.size - $0.sharedSize }.clampedSum, showsShare: true)
    }

    private static func containers(_ containers: [ContainerSummary]) -> DiskUsageRow {
        let idle = containers.filter { !["running", "paused", "restarting"].contains($0.state) }
        func size(_ some: [ContainerSummary]) -> Int64 { some.map { max(0, $0.sizeRw ?? 0) }.clampedSum }
        return DiskUsageRow(
            type: "Containers", count: containers.count, active: containers.count - idle.count,
            size: size(containers), reclaimable: size(idle), showsShare: true)
    }

    private static func volumes(_ volumes: [VolumeResource]) -> DiskUsageRow {
        func size(_ some: [VolumeResource]) -> Int64 { some.map { max(0, $0.usageData?.size ?? 0) }.clampedSum }
        return DiskUsageRow(
            type: "Local Volumes", count: volumes.count, active: volumes.count { ($0.usageData?.refCount ?? 0) > 0 },
            size: size(volumes), reclaimable: size(volumes.filter { $0.usageData?.refCount == 0 }), showsShare: true)
    }

    private static func buildCache(_ records: [BuildCacheRecord]) -> DiskUsageRow {
        func size(_ some: [BuildCacheRecord]) -> Int64 { some.map { $0.shared ? 0 : $0.size }.clampedSum }
        return DiskUsageRow(
            type: "Build Cache", count: records.count, active: records.count(where: \.inUse), size: size(records),
            reclaimable: size(records.filter { !$0.inUse }), showsShare: false)
    }

    var value: JSONValue {
        let share = showsShare && size > 0 ? " (\(reclaimable * 100 / size)%)" : ""
        return [
            "Active": .string("\(active)"),
            "Reclaimable": .string(ByteCount(reclaimable).decimal(spaced: false) + share),
            "Size": .string(ByteCount(size).decimal(spaced: false)), "TotalCount": .string("\(count)"),
            "Type": .string(type),
        ]
    }
}
