/// `02:42:ac:11:00:02`, `02-42-ac-11-00-02`, `0242.ac11.0002`, of 6, 8 or 20 bytes.
enum HardwareAddressForm {
    /// Errors: anything else.
    static func check(_ text: String) throws {
        let word = KeyValue.trim(text)
        let separator = word.first { ":-.".contains($0) } ?? ":"
        let groups = word.split(separator: separator, omittingEmptySubsequences: false)
        let width = separator == "." ? 4 : 2
        guard [6, 8, 20].contains(groups.count * width / 2), groups.allSatisfy({ isHex($0, width) }) else {
            throw CommandFailure("\(text) is not a valid mac address")
        }
    }

    private static func isHex(_ group: Substring, _ width: Int) -> Bool {
        group.utf8.count == width && group.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
