/// A name as messages carry it: labels with their lengths before them, without the root's zero (RFC 1035 3.1).
struct WireName: Sendable {
    /// As the name was written; compared without case.
    let bytes: [UInt8]

    /// Of a name with dots between labels, with or without one at its end. nil for what no message can carry: empty
    /// labels, labels over 63 bytes, more than 254 bytes in all.
    init?(_ text: String) {
        var labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
        guard labels.allSatisfy({ (1...63).contains($0.count) }) else { return nil }
        bytes = labels.flatMap { [UInt8(truncatingIfNeeded: $0.count)] + $0 }
        if bytes.count > 254 { return nil }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Both, one behind the other; nil when that is too long.
    func followed(by other: WireName) -> WireName? {
        bytes.count + other.bytes.count > 254 ? nil : WireName(bytes: bytes + other.bytes)
    }

    /// ASCII letters lower case. Lengths of labels are at most 63, below the letters, so whole names can be folded.
    static func fold(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }

    /// FNV-1a over the folded bytes, without a copy of them.
    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(fold(byte))) &* 0x100_0000_01b3 }
        return hash
    }

    static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where fold(left[index]) != fold(right[index]) { return false }
        return true
    }
}

extension WireName: Hashable {
    static func == (left: WireName, right: WireName) -> Bool {
        left.bytes.withUnsafeBytes { left in right.bytes.withUnsafeBytes { areEqual(left, $0) } }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(bytes.withUnsafeBytes { Self.hash($0) }) }
}

/// Values by name, found by the bytes of a question without making a `String` of them.
struct NameTable<Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        let name: WireName
        var value: Value
    }

    /// By hash; more than one entry where hashes meet.
    private var entries: [UInt64: [Entry]] = [:]

    var isEmpty: Bool { entries.isEmpty }

    func find(_ name: UnsafeRawBufferPointer) -> Value? {
        guard let bucket = entries[WireName.hash(name)] else { return nil }
        for entry in bucket where entry.name.bytes.withUnsafeBytes({ WireName.areEqual($0, name) }) {
            return entry.value
        }
        return nil
    }

    /// Changes the value of `name`: nil before when there was none, nil afterwards when there is none any more.
    mutating func update(_ name: WireName, _ change: (inout Value?) -> Void) {
        let hash = name.bytes.withUnsafeBytes { WireName.hash($0) }
        var bucket = entries.removeValue(forKey: hash) ?? []
        let index = bucket.firstIndex { $0.name == name }
        var value = index.map { bucket.remove(at: $0).value }
        change(&value)
        if let value { bucket.append(Entry(name: name, value: value)) }
        if !bucket.isEmpty { entries[hash] = bucket }
    }
}
