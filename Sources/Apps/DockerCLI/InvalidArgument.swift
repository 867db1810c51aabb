internal import OrderedJSON

extension CommandFailure {
    /// A flag's value that is none, in the words and with the exit code of today's client.
    static func invalid(_ argument: String, for flag: String, _ reason: String) -> CommandFailure {
        CommandFailure(
            "invalid argument \(JSONValue.string(argument).text()) for \"--\(flag)\" flag: \(reason)", exitCode: 125)
    }
}
