/// The `Command` of a container summary: path and arguments joined by blanks, those with a blank in single quotes.
enum CommandText {
    static func text(path: String, arguments: [String]) -> String {
        ([path] + arguments.map(quoted)).joined(separator: " ")
    }

    private static func quoted(_ argument: String) -> String {
        argument.contains(" ") ? "'\(argument)'" : argument
    }
}
