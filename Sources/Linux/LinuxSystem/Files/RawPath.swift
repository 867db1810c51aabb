/// A path or file name as the kernel sees it: bytes without NUL, UTF-8 or not.
///
/// Archives and file systems carry names that `String` would repair, so everything that walks trees uses this.
public struct RawPath: Sendable, Hashable {
    /// With the terminating NUL.
    private var storage: [UInt8]

    /// The bytes up to the first NUL.
    public init(_ bytes: some Collection<UInt8>) {
        storage = []
        storage.reserveCapacity(bytes.count + 1)
        storage.append(contentsOf: bytes.prefix { $0 != 0 })
        storage.append(0)
    }

    /// The same without generic calls per byte: unpacking an archive makes one for each of its names.
    public init(_ bytes: ArraySlice<UInt8>) {
        storage = []
        storage.reserveCapacity(bytes.count + 1)
        storage.append(contentsOf: bytes[..<(bytes.firstIndex(of: 0) ?? bytes.endIndex)])
        storage.append(0)
    }

    public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    public init(_ string: String) { self.init(Array(string.utf8)) }

    public var bytes: ArraySlice<UInt8> { storage.dropLast() }
    public var count: Int { storage.count - 1 }
    public var isEmpty: Bool { storage.count == 1 }
    /// For messages: what is not UTF-8 is repaired.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    /// `self/name`, or `name` when this path is empty.
    public func appending(_ name: RawPath) -> RawPath {
        guard !isEmpty else { return name }
        var joined = self
        joined.storage.removeLast()
        if joined.storage.last != UInt8(ascii: "/") { joined.storage.append(UInt8(ascii: "/")) }
        joined.storage.append(contentsOf: name.storage)
        return joined
    }

    /// Calls `body`, which returns a value or `-errno`, with the terminated bytes.
    @inline(__always)
    func pass<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        storage.withUnsafeBytes { raw in
            // Never empty, so there is a base address.
            body(raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self))
        }
    }
}

extension RawPath: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self.init(value.utf8) }
}

extension RawPath: Comparable {
    /// Byte order, which is the same everywhere.
    public static func < (left: RawPath, right: RawPath) -> Bool {
        left.storage.lexicographicallyPrecedes(right.storage)
    }
}

extension RawPath: CustomStringConvertible {
    public var description: String { string }
}
