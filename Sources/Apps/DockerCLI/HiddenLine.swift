internal import HostSystem

extension Console {
    /// A line that a terminal does not show while it is typed, at most 4,096 bytes; nil at the end of the input. When
    /// a signal ends the program meanwhile, the terminal is as it was before. The question is asked when nothing is
    /// shown any more.
    func readHiddenLine(_ question: String) throws -> String? {
        guard input.isTerminal else {
            write(question)
            return readLine()
        }
        let signals = SignalPipe.open(for: SignalPipe.endings)
        let shown = Terminal.hideInput(input)
        defer {
            shown?.restore()
            SignalPipe.close(for: SignalPipe.endings)
            signals?.closeNow()
        }
        write(question)
        var line: [UInt8] = []
        while line.count < 4096 {
            let ready = Descriptor.wait(for: [input] + [signals].compactMap(\.self))
            if let signals, ready.contains(signals), let number = try signals.read(limit: 1).first {
                throw CommandFailure("", exitCode: 128 + Int32(number))
            }
            guard ready.contains(input) else { continue }
            guard let byte = try input.read(limit: 1).first, byte != UInt8(ascii: "\n") else { break }
            line.append(byte)
        }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}
