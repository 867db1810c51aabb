internal import LinuxSystem
internal import Primitives

extension ByteChannel {
    /// Gives a descriptor away.
    convenience init(_ fd: consuming FD) {
        self.init(descriptor: fd.release()) { _ = FD(owning: $0) }
    }

    /// Takes the descriptor out; nil when it was taken before.
    func takeFD() -> FD? {
        guard let raw = take() else { return nil }
        return FD(owning: raw)
    }
}
