internal import LinuxSystem
internal import Primitives

extension ByteChannel {
    /// Gives the stream to a reader. Why it was cut, if it was, says more than what the reader found missing.
    func read<Value>(_ body: (borrowing FD) throws(EngineError) -> Value) throws(EngineError) -> Value {
        guard let input = takeFD() else { throw EngineError(.internal, "the archive's stream is gone") }
        do throws(EngineError) { return try body(input) } catch {
            try checkIsWhole()
            throw error
        }
    }

    /// Errors: `badParameter` when whoever fills it left in the middle.
    func checkIsWhole() throws(EngineError) {
        if let reason = cutReason { throw EngineError(.badParameter, reason) }
    }
}
