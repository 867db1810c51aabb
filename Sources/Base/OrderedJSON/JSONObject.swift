/// The members of a JSON object in insertion order. Two objects are equal when members and order are.
public struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    public private(set) var entries: [(key: String, value: JSONValue)] = []
    /// Positions by key, kept only once a linear search would be slow.
    private var positions: [String: Int]?

    private static let indexThreshold = 16

    public init() {}

    /// Later duplicates replace the value of earlier ones and keep their place.
    public init(_ elements: some Sequence<(String, JSONValue)>) {
        for (key, value) in elements { self[key] = value }
    }

    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }
    public var keys: [String] { entries.map(\.key) }

    /// Setting a new key appends, an old one keeps its place, nil removes.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { entries[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): entries[position].value = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// The member with this name, else the first whose ASCII letters differ in case only (Go's rule for struct fields).
    func fieldValue(_ key: String) -> JSONValue? {
        if let exact = self[key] { return exact }
        let folded = key.utf8.map(foldedASCII)
        return entries.first {
            $0.key.utf8.count == folded.count && $0.key.utf8.lazy.map(foldedASCII).elementsEqual(folded)
        }?.value
    }

    private func position(of key: String) -> Int? {
        if let positions { return positions[key] }
        return entries.firstIndex { $0.key == key }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        positions?[key] = entries.count
        entries.append((key, value))
        if positions == nil, entries.count > Self.indexThreshold { rebuildPositions() }
    }

    private mutating func remove(at position: Int) {
        entries.remove(at: position)
        positions = nil
        if entries.count > Self.indexThreshold { rebuildPositions() }
    }

    private mutating func rebuildPositions() {
        positions = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.key, $0) })
    }
}

extension JSONObject: Hashable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.key == $1.key && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) {
        for entry in entries {
            hasher.combine(entry.key)
            hasher.combine(entry.value)
        }
    }
}

private func foldedASCII(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
