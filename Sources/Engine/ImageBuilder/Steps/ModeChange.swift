public import Primitives

/// `--chmod`: a number in octal, or changes as `chmod(1)` has them: `u+x,go-w`, `a=rX`.
public struct ModeChange: Sendable {
    private enum Form {
        case number(UInt32)
        case changes([Change])
    }

    fileprivate struct Change {
        /// Bits of those it is for.
        var who: UInt32
        var sign: Character
        var bits: UInt32
        /// `X`: execution for folders, and for what somebody may execute already.
        var executesFolders: Bool
        /// `u`, `g`, `o`: what these have.
        var copies: Character?
    }

    private let form: Form

    /// Errors: `badParameter` for what is neither.
    public init(parsing text: String) throws(EngineError) {
        if let number = UInt32(text, radix: 8), text.allSatisfy(\.isNumber) {
            guard number <= 0o7777 else { throw Self.invalid(text) }
            form = .number(number)
            return
        }
        var changes: [Change] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            changes += try Self.changes(part, text)
        }
        form = .changes(changes)
    }

    private static func invalid(_ text: String) -> EngineError {
        EngineError(
            .badParameter, "invalid chmod parameter: '\(text)'. it should be octal string and between 0 and 07777")
    }

    private static func changes(_ part: Substring, _ text: String) throws(EngineError) -> [Change] {
        let names = part.prefix { "ugoa".contains($0) }
        let who = names.isEmpty ? 0o7777 : names.reduce(0) { $0 | bits(of: $1) }
        var rest = part.dropFirst(names.count)
        guard !rest.isEmpty else { throw invalid(text) }
        var changes: [Change] = []
        while let sign = rest.popFirst() {
            guard "+-=".contains(sign) else { throw invalid(text) }
            let letters = rest.prefix { !"+-=".contains($0) }
            rest = rest.dropFirst(letters.count)
            changes.append(try change(letters, who, sign, text))
        }
        return changes
    }

    private static func change(
        _ letters: Substring, _ who: UInt32, _ sign: Character, _ text: String
    ) throws(EngineError) -> Change {
        var change = Change(who: who, sign: sign, bits: 0, executesFolders: false)
        if letters.count == 1, let letter = letters.first, "ugo".contains(letter) {
            change.copies = letter
            return change
        }
        for letter in letters {
            switch letter {
            case "r": change.bits |= 0o444
            case "w": change.bits |= 0o222
            case "x": change.bits |= 0o111
            case "s": change.bits |= 0o6000
            case "t": change.bits |= 0o1000
            case "X": change.executesFolders = true
            default: throw invalid(text)
            }
        }
        return change
    }

    private static func bits(of name: Character) -> UInt32 {
        switch name {
        case "u": 0o4700
        case "g": 0o2070
        case "o": 0o1007
        default: 0o7777
        }
    }

    /// The mode that a file gets.
    public func applied(to mode: UInt32, isFolder: Bool) -> UInt32 {
        guard case .changes(let changes) = form else {
            guard case .number(let number) = form else { return mode }
            return number
        }
        return changes.reduce(mode) { mode, change in change.applied(to: mode, isFolder) }
    }
}

extension ModeChange.Change {
    fileprivate func applied(to mode: UInt32, _ isFolder: Bool) -> UInt32 {
        var bits = bits
        if executesFolders, isFolder || mode & 0o111 != 0 { bits |= 0o111 }
        if let copies {
            let shift: UInt32 = copies == "u" ? 6 : copies == "g" ? 3 : 0
            bits = (mode >> shift & 7) * 0o111
        }
        bits &= who
        switch sign {
        case "+": return mode | bits
        case "-": return mode & ~bits
        default: return mode & ~(who & 0o777 | who & bits) | bits
        }
    }
}
