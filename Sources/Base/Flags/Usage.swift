/// Help texts in 1.6's layout.
extension FlagParser {
    /// The lines of the flags, sorted by their first name, dashes and case ignored.
    public var flagHelp: String {
        let shown = flags.filter { !$0.isHidden }.sorted { $0.names[0].lowercased() < $1.names[0].lowercased() }
        return shown.map(line).joined()
    }

    private func line(_ flag: Flag) -> String {
        let names = flag.names.map { $0.count == 1 ? "-\($0)" : "--\($0)" }.joined(separator: ", ")
        let shownDefault = flag.kind == .list ? "[]" : flag.kind == .text ? "\"\(flag.defaultText)\"" : flag.defaultText
        let head = "  \(names)=\(shownDefault)"
        let help = flag.help.split(separator: "\n").joined(separator: "\n" + String(repeating: " ", count: 27))
        return head + String(repeating: " ", count: max(3, 27 - head.count)) + help + "\n"
    }

    /// A command's whole help.
    public func usage(_ command: String, arguments: String, about: String) -> String {
        let options = flags.contains { !$0.isHidden } ? " [OPTIONS]" : ""
        let flagText = flagHelp.isEmpty ? "" : "\n" + flagHelp
        return
            "\nUsage: docker \(command)\(options)\(arguments.isEmpty ? "" : " " + arguments)\n\n\(about)\n\(flagText)\n"
    }
}
