extension Invocation {
    /// Asks, and reads a line. Every answer but `y` means no.
    func confirms(_ warning: String) -> Bool {
        console.write(warning + "\nAre you sure you want to continue? [y/N] ")
        return (console.readLine() ?? "").filter { !$0.isWhitespace }.lowercased() == "y"
    }
}
