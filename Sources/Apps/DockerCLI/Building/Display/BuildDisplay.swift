internal import APIModel
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// Shows how a build goes.
protocol BuildDisplay {
    mutating func update(_ status: BuildStatus, now: Timestamp) throws
    /// Time has passed and nothing came.
    mutating func refresh(now: Timestamp) throws
    /// The end: what is left, and what failed steps printed.
    mutating func finish(now: Timestamp) throws
}

/// `--progress`.
enum BuildProgress: Equatable {
    /// Docker's classic text.
    case classic
    case plain, terminal, raw, quiet

    /// The flag comes first, then the variables of the environment; `auto` is a terminal's display where there is one.
    /// Errors: a word or variable that is none of Docker's, `tty` without a terminal.
    init(flag: String, isQuiet: Bool, isTerminal: Bool, _ variable: (String) -> String?) throws {
        let word = flag.isEmpty ? variable("BUILDKIT_PROGRESS") ?? "" : flag
        if flag.isEmpty, !(try Self.usesBuildKit(variable)) {
            self = .classic
        } else if isQuiet {
            self = .quiet
        } else {
            switch word {
            case "", "auto": self = isTerminal ? .terminal : .plain
            case "plain": self = .plain
            case "rawjson": self = .raw
            case "quiet": self = .quiet
            case "tty":
                guard isTerminal else {
                    throw CommandFailure("ERROR: failed to get console: provided file is not a console")
                }
                self = .terminal
            default: throw CommandFailure("ERROR: invalid progress mode \(word)")
            }
        }
    }

    private static func usesBuildKit(_ variable: (String) -> String?) throws -> Bool {
        switch variable("DOCKER_BUILDKIT") ?? "" {
        case "", "1", "t", "T", "TRUE", "true", "True": return true
        case "0", "f", "F", "FALSE", "false", "False": return false
        case let word:
            throw CommandFailure(
                "DOCKER_BUILDKIT environment variable expects boolean value: strconv.ParseBool: parsing \"\(word)\": invalid syntax"
            )
        }
    }

    /// Some terminals don't know their size, or say that it is nothing: a serial line, `script`.
    static func size(_ told: (rows: Int, columns: Int)?) -> (rows: Int, columns: Int) {
        guard let told, told.rows > 0, told.columns > 0 else { return (10, 80) }
        return told
    }

    /// Nil for the classic text, which is no display of steps, and for none at all.
    func display(on output: Descriptor, _ variable: (String) -> String?) -> (any BuildDisplay)? {
        let write: (String) throws -> Void = { try output.write($0) }
        switch self {
        case .plain: return PlainDisplay(write)
        case .terminal:
            return TerminalDisplay(
                hasColours: (variable("NO_COLOR") ?? "").isEmpty, size: { Self.size(Terminal.size(of: output)) }, write)
        case .raw: return RawDisplay(write: write)
        case .classic, .quiet: return nil
        }
    }
}

/// The status messages themselves, a line each.
struct RawDisplay: BuildDisplay {
    let write: (String) throws -> Void

    func update(_ status: BuildStatus, now: Timestamp) throws {
        try write(String(decoding: OrderedJSONEncoder().encode(status), as: UTF8.self) + "\n")
    }

    func refresh(now: Timestamp) {}
    func finish(now: Timestamp) {}
}
