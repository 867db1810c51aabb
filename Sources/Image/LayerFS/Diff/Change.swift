/// One line of `docker diff`.
public struct Change: Sendable, Hashable {
    /// The raw value is the number in the API's JSON.
    public enum Kind: Int, Sendable, Hashable {
        case modified = 0
        case added = 1
        case deleted = 2
    }

    public var kind: Kind
    /// Absolute in the container, such as `/etc/hosts`. Names that are not UTF-8 are repaired.
    public var path: String

    public init(_ kind: Kind, _ path: String) {
        self.kind = kind
        self.path = path
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
