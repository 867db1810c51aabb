/// Where output came from, numbered as Docker's stdcopy frames do.
public enum OutputStream: UInt8, Sendable, CaseIterable {
    case stdout = 1
    case stderr = 2

    var name: String { self == .stdout ? "stdout" : "stderr" }
}
