internal import FoundationEssentials
internal import LinuxSystem

/// What the machine says of itself, read once where it can't change.
enum HostFacts {
    static let kernelVersion = line("/proc/sys/kernel/osrelease")
    static let operatingSystem = osRelease["PRETTY_NAME"] ?? "Linux"
    static let osVersion = osRelease["VERSION_ID"] ?? ""
    static let cpuCount = ProcessInfo.processInfo.processorCount
    static let memoryTotal = memory("MemTotal:")

    static var hostname: String { line("/proc/sys/kernel/hostname") }
    static var isForwardingIPv4: Bool { line("/proc/sys/net/ipv4/ip_forward") == "1" }

    #if arch(x86_64)
    static let machine = "x86_64"
    static let goArchitecture = "amd64"
    #elseif arch(arm64)
    static let machine = "aarch64"
    static let goArchitecture = "arm64"
    #endif

    /// Where Docker names its Go: the compiler that built this.
    static let compiler = "swift6.3"

    private static let osRelease: [String: String] = {
        var result: [String: String] = [:]
        for row in text("/etc/os-release").split(separator: "\n") {
            let parts = row.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            result[String(parts[0])] = String(parts[1].drop { $0 == "\"" }.prefix { $0 != "\"" })
        }
        return result
    }()

    private static func memory(_ name: String) -> Int64 {
        for row in text("/proc/meminfo").split(separator: "\n") where row.hasPrefix(name) {
            let parts = row.split(separator: " ")
            return parts.count > 1 ? (Int64(parts[1]) ?? 0) << 10 : 0
        }
        return 0
    }

    static func openDescriptors() -> Int { (try? HostDirectory.entries("/proc/self/fd").count) ?? 0 }
    static func threads() -> Int { (try? HostDirectory.entries("/proc/self/task").count) ?? 0 }

    static var proxies: (http: String, https: String, no: String) {
        let environment = ProcessInfo.processInfo.environment
        func value(_ name: String) -> String { environment[name] ?? environment[name.lowercased()] ?? "" }
        return (value("HTTP_PROXY"), value("HTTPS_PROXY"), value("NO_PROXY"))
    }

    private static func line(_ path: String) -> String {
        String(text(path).prefix { $0 != "\n" })
    }

    static func text(_ path: String) -> String {
        (try? HostFile.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
