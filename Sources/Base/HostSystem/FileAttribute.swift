#if os(Linux)
internal import CXattr
#endif

/// Extended attributes of an open file, where the system has them.
extension Descriptor {
    /// The value; nil when there is none, or none that can be read.
    public func attribute(_ name: String) -> [UInt8]? {
        #if os(Linux)
        var value = [UInt8](repeating: 0, count: 256)
        let count = fgetxattr(number, name, &value, value.count)
        return count < 0 ? nil : Array(value[..<count])
        #else
        return nil
        #endif
    }
}
