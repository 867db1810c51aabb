/// A Remote API version such as `1.18`, compared part by part as integers.
public struct APIVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var major: Int
    public var minor: Int

    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Parses `1.18`; a missing part is 0. Nil for anything but digits and one dot, or parts past 9,999.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ (1...4).contains($0.count) && $0.allSatisfy(\.isNumber) }),
            let major = Int(parts[0]), let minor = parts.count > 1 ? Int(parts[1]) : 0
        else { return nil }
        self.init(major, minor)
    }

    /// The newest version served, and the answer to requests that name none.
    public static let current = APIVersion(1, 50)
    /// The oldest version served.
    public static let minimum = APIVersion(1, 12)

    public static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    public var description: String { "\(major).\(minor)" }
}
