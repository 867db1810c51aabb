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

    /// Up to the end of the line, at most 4,096 bytes; nil at the end of the input.
    func readLine() -> String? {
        var line: [UInt8] = []
        while line.count < 4096, let byte = (try? input.read(limit: 1))?.first, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }

    func complain(_ text: String) { try? error.write(text + "\n") }
}
