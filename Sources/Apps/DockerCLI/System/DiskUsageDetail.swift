internal import APIModel
internal import Flags
internal import OrderedJSON
internal import Primitives

/// `system df -v`: every image, container and volume.
struct DiskUsageDetail {
    private let usage: DiskUsage
    private let format: String
    /// In columns; formats see whole ids.
    private var isTable: Bool { format.isEmpty || format == "table" }

    init(_ usage: DiskUsage, format: String) {
        self.usage = usage
        self.format = format
    }

    func print(_ console: Console) throws {
        guard isTable else {
            let whole: JSONValue = [
                "Images": .array(images), "Containers": .array(containers), "Volumes": .array(volumes),
                "BuildCache": .array(buildCache),
            ]
            return console.print(
                format == "json" ? whole.text() : try Format.render(try Format.template(format), whole))
        }
        console.write(text)
    }

    private var text: String {
        let size = (usage.buildCache ?? []).map { $0.shared ? 0 : $0.size }.clampedSum
        return "Images space usage:\n\n"
            + Self.table(
                images,
                [
                    ("REPOSITORY", "Repository"), ("TAG", "Tag"), ("IMAGE ID", "ID"), ("CREATED", "CreatedSince"),
                    ("SIZE", "Size"), ("SHARED SIZE", "SharedSize"), ("UNIQUE SIZE", "UniqueSize"),
                    ("CONTAINERS", "Containers"),
                ])
            + "\nContainers space usage:\n\n"
            + Self.table(
                containers,
                [
                    ("CONTAINER ID", "ID"), ("IMAGE", "Image"), ("COMMAND", "Command"),
                    ("LOCAL VOLUMES", "LocalVolumes"), ("SIZE", "Size"), ("CREATED", "RunningFor"),
                    ("STATUS", "Status"), ("NAMES", "Names"),
                ])
            + "\nLocal Volumes space usage:\n\n"
            + Self.table(volumes, [("VOLUME NAME", "Name"), ("LINKS", "Links"), ("SIZE", "Size")])
            + "\nBuild cache usage: \(ByteCount(size).decimal(spaced: false))\n\n"
            + Self.table(
                buildCache,
                [
                    ("CACHE ID", "ID"), ("CACHE TYPE", "CacheType"), ("SIZE", "Size"), ("CREATED", "CreatedSince"),
                    ("LAST USED", "LastUsedSince"), ("USAGE", "UsageCount"), ("SHARED", "Shared"),
                ])
    }

    private static func table(_ rows: [JSONValue], _ columns: [(title: String, key: String)]) -> String {
        TabWriter.text(
            [columns.map(\.title)] + rows.map { row in columns.map { row[$0.key]?.stringValue ?? "" } },
            minimumWidth: 10)
    }

    private var images: [JSONValue] {
        (usage.images ?? []).compactMap { image in
            var row = ImageRows(image, isWhole: !isTable, digests: false).values.first
            let isKnown = image.sharedSize >= 0
            row?["Size"] = Self.size(image.size)
            row?["SharedSize"] = isKnown ? Self.size(image.sharedSize) : "N/A"
            row?["UniqueSize"] = isKnown ? Self.size(image.size - image.sharedSize) : "N/A"
            return row
        }
    }

    private var containers: [JSONValue] {
        (usage.containers ?? []).map { container in
            var row = ContainerRow(container, isWhole: !isTable).value
            row["Size"] = Self.size(container.sizeRw ?? 0)
            row["LocalVolumes"] = .string("\(container.mounts.count { $0.driver == "local" })")
            row["Label"] = nil
            return row
        }
    }

    private var volumes: [JSONValue] {
        (usage.volumes ?? []).map { volume in
            let labels = (volume.labels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let use = volume.usageData
            return [
                "Driver": .string(volume.driver), "Labels": .string(labels.joined(separator: ",")),
                "Links": .string(use.map { "\($0.refCount)" } ?? "N/A"), "Mountpoint": .string(volume.mountpoint),
                "Name": .string(volume.name), "Scope": .string(volume.scope),
                "Size": use.map { $0.size < 0 ? "N/A" : Self.size($0.size) } ?? "N/A",
            ]
        }
    }

    private var buildCache: [JSONValue] {
        (usage.buildCache ?? []).map { record in
            let created = (try? Timestamp(parsing: record.createdAt)).map(Self.age) ?? ""
            let lastUsed = record.lastUsedAt.flatMap { try? Timestamp(parsing: $0) }.map(Self.age) ?? ""
            return [
                "CacheType": .string(record.type), "CreatedSince": .string(created),
                "Description": .string(record.description),
                "ID": .string(isTable ? String(record.id.prefix(12)) : record.id),
                "InUse": .string("\(record.inUse)"), "LastUsedSince": .string(lastUsed),
                "Shared": .string("\(record.shared)"), "Size": Self.size(record.size),
                "UsageCount": .string("\(record.usageCount)"),
            ]
        }
    }

    private static func size(_ bytes: Int64) -> JSONValue { .string(ByteCount(bytes).decimal(spaced: false)) }
    private static func age(_ time: Timestamp) -> String { HumanDuration.text(Timestamp.now().since(time)) + " ago" }
}
