internal import APIModel
internal import OrderedJSON
internal import Primitives

/// What a sample says to people.
struct StatsFigures: Equatable {
    /// Without the leading `/`.
    var name = ""
    var id = ""
    /// Of one processor: two that are busy are 200.
    var processorPercent = 0.0
    /// Bytes, without pages of files that nobody has used lately.
    var memory: UInt64 = 0
    var memoryLimit: UInt64 = 0
    var memoryPercent: Double { memoryLimit == 0 ? 0 : Double(memory) / Double(memoryLimit) * 100 }
    /// Bytes of all interfaces.
    var received: UInt64 = 0
    var sent: UInt64 = 0
    /// Bytes from and to block devices.
    var read: UInt64 = 0
    var written: UInt64 = 0
    var processes: UInt64 = 0

    init() {}

    init(_ sample: ContainerStats) {
        name = String(sample.name.drop { $0 == "/" })
        id = sample.id
        processorPercent = Self.percent(sample.cpu, after: sample.previousCPU)
        memory = Self.used(sample.memory)
        memoryLimit = sample.memory.limit
        for interface in sample.networks.values {
            received &+= interface.receivedBytes
            sent &+= interface.sentBytes
        }
        for entry in sample.blockIO.serviceBytes ?? [] {
            if entry.operation.lowercased().hasPrefix("r") { read &+= entry.value }
            if entry.operation.lowercased().hasPrefix("w") { written &+= entry.value }
        }
        processes = sample.pids.current
    }

    /// The container's share of what all processors had, times their number. Without a sample before there is none.
    private static func percent(_ now: CPUStats, after before: CPUStats) -> Double {
        guard before.system > 0, now.system > before.system, now.usage.total > before.usage.total else { return 0 }
        let processors = now.onlineCPUs > 0 ? Int(now.onlineCPUs) : now.usage.perCPU.count
        let share = Double(now.usage.total - before.usage.total) / Double(now.system - before.system)
        return share * Double(processors) * 100
    }

    /// As today's client has it: version 1 of control groups counts a group with those below it.
    private static func used(_ memory: MemoryStats) -> UInt64 {
        let idle = memory.statistics["total_inactive_file"] ?? memory.statistics["inactive_file"] ?? 0
        return idle < memory.usage ? memory.usage - idle : memory.usage
    }
}

/// A line of `stats`: by 1.6's table, or as `--format` sees it.
struct StatsRow {
    /// As it was asked for.
    var container: String
    /// Nil when nothing was heard for a while.
    var figures: StatsFigures?
    var isWhole: Bool

    /// 1.6's texts; silence is zero there.
    var classic: JSONValue {
        let figures = figures ?? StatsFigures()
        func size(_ bytes: UInt64) -> String { ByteCount(Int64(clamping: bytes)).binary() }
        return [
            "Container": .string(container), "CPUPerc": .string(Self.percent(figures.processorPercent)),
            "MemUsage": .string("\(size(figures.memory))/\(size(figures.memoryLimit))"),
            "MemPerc": .string(Self.percent(figures.memoryPercent)),
            "NetIO": .string("\(size(figures.received))/\(size(figures.sent))"),
        ]
    }

    /// Today's fields and texts.
    var value: JSONValue {
        func size(_ bytes: UInt64) -> String { ByteCount(Int64(clamping: bytes)).binary(spaced: false) }
        func short(_ bytes: UInt64) -> String { ByteCount(Int64(clamping: bytes)).decimal(spaced: false, digits: 3) }
        func shown(_ text: (StatsFigures) -> String, without: String = "--") -> JSONValue {
            .string(figures.map(text) ?? without)
        }
        return [
            "BlockIO": shown { "\(short($0.read)) / \(short($0.written))" },
            "CPUPerc": shown { Self.percent($0.processorPercent) },
            "Container": .string(container),
            "ID": shown({ isWhole ? $0.id : String($0.id.prefix(12)) }, without: ""),
            "MemPerc": shown { Self.percent($0.memoryPercent) },
            "MemUsage": shown({ "\(size($0.memory)) / \(size($0.memoryLimit))" }, without: "-- / --"),
            "Name": shown { $0.name.isEmpty ? "--" : $0.name },
            "NetIO": shown { "\(short($0.received)) / \(short($0.sent))" },
            "PIDs": shown { "\($0.processes)" },
        ]
    }

    /// C's `%.2f%%` of a number that is not negative.
    static func percent(_ value: Double) -> String {
        guard value.isFinite, value < 1e15 else { return "0.00%" }
        let hundredths = Int64((value * 100).rounded(.toNearestOrEven))
        return "\(hundredths / 100).\(String(hundredths % 100 + 100).dropFirst())%"
    }
}
