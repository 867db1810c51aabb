internal import FoundationEssentials

// GRDB takes and gives blobs as `Data`, which is the one reason this file sees a part of Foundation.
extension StateStore {
    static func blob(_ bytes: [UInt8]) -> Data { Data(bytes) }
    static func bytes(_ data: Data) -> [UInt8] { [UInt8](data) }
}
