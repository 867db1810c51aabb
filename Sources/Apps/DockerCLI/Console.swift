public import HostSystem

/// Where a client reads and writes. Writing to somebody who is gone is no error of the command's.
public struct Console: Sendable {
    public var input: Descriptor
    public var output: Descriptor
    public var error: Descriptor

    public init(input: Descriptor = .input, output: Descriptor = .output, error: Descriptor = .error) {
        self.input = input
        self.output = output
        self.error = error
    }

    func print(_ text: String) { try? output.write(text + "\n") }
    func write(_ text: String) { try? output.write(text) }
    func complain(_ text: String) { try? error.write(text + "\n") }
}
