public import LinuxSystem

/// One line of `docker diff`.
public struct Change: Sendable, Hashable {
    /// The raw value is the number in the API's JSON.
    public enum Kind: Int, Sendable, Hashable {
        case modified = 0
        case added = 1
        case deleted = 2
    }

    public var kind: Kind
    /// Absolute in the container, such as `/etc/hosts`.
    public var place: RawPath
    /// The same to be shown: names that are not UTF-8 are repaired.
    public var path: String { place.string }

    public init(_ kind: Kind, _ place: RawPath) {
        self.kind = kind
        self.place = place
    }

    /// `A`, `C` or `D`, as the client prints it.
    public var letter: Character {
        switch kind {
        case .modified: "C"
        case .added: "A"
        case .deleted: "D"
        }
    }
}
