internal import APIModel

/// The interfaces of a network namespace and what went through them (`/proc/<pid>/net/dev`, `proc_pid_net(5)`).
enum InterfaceTable {
    /// By name. Lines that don't have their sixteen numbers, the head's among them, are left out.
    static func parse(_ bytes: [UInt8]) -> [String: InterfaceStats] {
        var result: [String: InterfaceStats] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            // The last colon: names may have some (`eth0:1`).
            guard let colon = line.lastIndex(of: UInt8(ascii: ":")) else { continue }
            let name = line[..<colon].drop { $0 == UInt8(ascii: " ") }
            let numbers = line[line.index(after: colon)...].split(separator: UInt8(ascii: " ")).compactMap {
                UInt64(String(decoding: $0, as: UTF8.self))
            }
            guard numbers.count == 16 else { continue }
            result[String(decoding: name, as: UTF8.self)] = InterfaceStats(columns: numbers)
        }
        return result
    }
}

extension InterfaceStats {
    /// Received: bytes, packets, errors, drops and four more; then the same of what was sent.
    fileprivate init(columns: [UInt64]) {
        self.init()
        (receivedBytes, receivedPackets, receiveErrors, receiveDrops) = (columns[0], columns[1], columns[2], columns[3])
        (sentBytes, sentPackets, sendErrors, sendDrops) = (columns[8], columns[9], columns[10], columns[11])
    }
}
