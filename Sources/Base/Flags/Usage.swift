/// Help texts in 1.6's layout.
extension FlagParser {
    /// The lines of the flags, sorted by their first name, dashes and case ignored.
    public var flagHelp: String {
        let shown = flags.filter { !$0.isHidden }.sorted { $0.names[0].lowercased() < $1.names[0].lowercased() }
        let heads = shown.map(head)
        // A tab writer's cell: at least 20 wide, three blanks behind the longest, and the blank that 1.6 prints before
        // each text.
        let column = max(20, (heads.map(\.count).max() ?? 0) + 3)
        return zip(shown, heads).map { flag, head in
            let further = "\n" + String(repeating: " ", count: column + 3)
            let help = flag.help.split(separator: "\n").joined(separator: further)
            return head + String(repeating: " ", count: column - head.count) + " " + help + "\n"
        }.joined()
    }

    private func head(_ flag: Flag) -> String {
        let names = flag.names.map { $0.count == 1 ? "-\($0)" : "--\($0)" }.joined(separator: ", ")
        let shownDefault = flag.kind == .list ? "[]" : flag.kind == .text ? "\"\(flag.defaultText)\"" : flag.defaultText
        return "  \(names)=\(shownDefault)"
    }

    /// A command's whole help.
    public func usage(_ command: String, arguments: String, about: String) -> String {
        let options = flags.contains { !$0.isHidden } ? " [OPTIONS]" : ""
        let flagText = flagHelp.isEmpty ? "" : "\n" + flagHelp
        return
            "\nUsage: docker \(command)\(options)\(arguments.isEmpty ? "" : " " + arguments)\n\n\(about)\n\(flagText)\n"
    }
}
