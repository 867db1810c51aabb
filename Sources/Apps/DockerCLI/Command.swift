internal import Flags
internal import Primitives

/// One word of the command line: what it takes, what it says about itself, what it does.
struct Command: Sendable {
    var name: String
    /// Its arguments as the help shows them.
    var arguments: String
    var about: String
    var flags: [Flag]
    /// How many words it takes after its flags.
    var count: ClosedRange<Int>
    /// The arguments are a command line of their own, whose flags are not ours: those come first.
    var takesCommandLine = false
    /// What the second word of a group may be.
    var verbs: [Command] = []
    var run: @Sendable (Invocation) throws -> Int32

    init(
        _ name: String, _ arguments: String = "", about: String, count: ClosedRange<Int> = 0...0, flags: [Flag] = [],
        takesCommandLine: Bool = false, run: @escaping @Sendable (Invocation) throws -> Int32
    ) {
        self.name = name
        self.arguments = arguments
        self.about = about
        self.flags = flags
        self.count = count
        self.takesCommandLine = takesCommandLine
        self.run = run
    }

    /// A group of commands of two words, which says by itself what there is.
    init(_ name: String, about: String, verbs: [Command]) {
        self.init(name, "COMMAND", about: about) { invocation in
            invocation.console.write(HelpText.group(name, about: about, verbs))
            return 0
        }
        self.verbs = verbs
    }

    /// The same under another name, as one of a group.
    func named(_ name: String) -> Command {
        var command = self
        command.name = name
        return command
    }

    static let many = 1...Int.max

    var usage: String {
        verbs.isEmpty
            ? FlagParser(flags).usage(name, arguments: arguments, about: about)
            : HelpText.group(name, about: about, verbs)
    }

    /// Errors: exit code 1, in 1.6's words.
    func checkCount(_ given: Int) throws(UsageError) {
        let (kind, bound): (String, Int)
        if count.lowerBound == count.upperBound, given != count.lowerBound {
            (kind, bound) = ("", count.lowerBound)
        } else if given < count.lowerBound {
            (kind, bound) = ("a minimum of ", count.lowerBound)
        } else if given > count.upperBound {
            (kind, bound) = ("a maximum of ", count.upperBound)
        } else {
            return
        }
        let noun = bound == 1 ? "argument" : "arguments"
        throw UsageError("docker: \"\(name)\" requires \(kind)\(bound) \(noun). See 'docker \(name) --help'.")
    }
}

/// A failure whose text is already whole.
struct CommandFailure: Error, Sendable, Equatable {
    var message: String
    var exitCode: Int32

    init(_ message: String, exitCode: Int32 = 1) {
        self.message = message
        self.exitCode = exitCode
    }
}
