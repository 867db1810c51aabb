public import HostSystem
public import NIOCore
public import Primitives

/// Where a registry keeps its files: a tree of names, of which only files and what leads to them exist.
///
/// Calls may block the thread they run on; a server calls them on threads of its own. Errors are `notFound` when nothing
/// has the name, `unavailable` for what the storage itself can't do (a full disk), `conflict` for a folder where a file
/// is asked for. What a writer or `put` gives a name to is there as a whole or not at all, after a crash too.
public protocol StorageDriver: Sendable {
    /// As in the configuration: `filesystem`.
    var name: String { get }
    /// Whether what a writer has written can be opened before it is finished.
    var showsUnfinished: Bool { get }

    /// A small file. Errors: `unavailable` past `limit` bytes too.
    func content(_ path: StoragePath, limit: Int) async throws(EngineError) -> [UInt8]
    /// Gives a small file its content, whether it was there or not.
    func put(_ bytes: [UInt8], at path: StoragePath) async throws(EngineError)
    func entry(_ path: StoragePath) async throws(EngineError) -> StorageEntry
    /// What is in a folder, in byte order.
    func names(in path: StoragePath) async throws(EngineError) -> [String]
    func open(_ path: StoragePath) async throws(EngineError) -> any StoredContent
    /// What there is of a file that a writer closed and didn't finish, or that is finished.
    func unfinished(_ path: StoragePath) async throws(EngineError) -> StorageEntry
    /// Opens a file to be added to, at the end that it has; makes it when it isn't there. What isn't finished goes with
    /// the folder that it is in.
    func writer(_ path: StoragePath) async throws(EngineError) -> any StorageWriter
    /// Gives a finished file another name, in one step; what had it is gone.
    func move(_ path: StoragePath, to target: StoragePath) async throws(EngineError)
    /// Removes a file, or a folder with all below it.
    func remove(_ path: StoragePath) async throws(EngineError)
    /// Closes what is open to a service. Nothing is asked for afterwards.
    func shutDown() async

    /// Shuts out the sweep of a garbage collection, in other processes too, until the hold goes (`exclusive` is the
    /// sweep's own, and waits for the others). Nil where there are no other processes.
    func hold(exclusive: Bool) async throws(EngineError) -> (any StorageHold)?
    /// Tells other processes that this one serves; nil where a storage can't. Errors: `conflict` while a collection runs
    /// that was begun when nobody served.
    func announceServing() async throws(EngineError) -> (any StorageHold)?
    /// The other side: nobody serves and nobody may begin to while it is held; nil when somebody does.
    func holdUnserved() async throws(EngineError) -> (any StorageHold)?
}

extension StorageDriver {
    // Where a file grows in its place.
    public var showsUnfinished: Bool { true }
    public func unfinished(_ path: StoragePath) async throws(EngineError) -> StorageEntry { try await entry(path) }
    public func shutDown() async {}

    /// Whether something has the name.
    public func exists(_ path: StoragePath) async throws(EngineError) -> Bool {
        do {
            _ = try await entry(path)
            return true
        } catch {
            if error.kind == .notFound { return false }
            throw error
        }
    }

    /// Runs `body` while no sweep runs, or as the only sweep.
    func holding<Result>(
        exclusive: Bool = false, _ body: () async throws(EngineError) -> Result
    ) async throws(EngineError) -> Result {
        let hold = try await hold(exclusive: exclusive)
        do throws(EngineError) {
            let result = try await body()
            await hold?.release()
            return result
        } catch {
            await hold?.release()
            throw error
        }
    }

    /// `names`, and none for a folder that isn't there.
    func namesIfAny(in path: StoragePath) async throws(EngineError) -> [String] {
        do { return try await names(in: path) } catch {
            if error.kind == .notFound { return [] }
            throw error
        }
    }

    /// `remove`, and nothing for what is gone already.
    func removeIfAny(_ path: StoragePath) async throws(EngineError) {
        do { try await remove(path) } catch { if error.kind != .notFound { throw error } }
    }
}

public struct StorageEntry: Sendable, Hashable {
    public var isFolder: Bool
    /// Of a file, in bytes.
    public var size: Int64
    public var modified: Timestamp

    public init(isFolder: Bool, size: Int64, modified: Timestamp) {
        self.isFolder = isFolder
        self.size = size
        self.modified = modified
    }
}

/// A file that is open to be read. When another takes its place, it is the old one that is read, or reading fails.
public protocol StoredContent: Sendable {
    var size: Int64 { get }
    /// At most `count` bytes from a place on; less only at the end.
    func read(at offset: Int64, count: Int) async throws(EngineError) -> ByteBuffer
    /// Gives a part of it piece by piece, waiting for each to be taken. Errors: `unavailable` when it breaks off, and what
    /// `take` throws.
    func pieces(_ range: Range<Int64>, _ take: (ByteBuffer) async throws -> Void) async throws
    /// A descriptor of the file itself, which the caller closes; nil for what isn't a file of this machine.
    func descriptor() throws(EngineError) -> Descriptor?
    /// Where a client gets it from the storage itself, for some minutes; nil where it can't.
    var address: String? { get }
}

extension StoredContent {
    public func pieces(_ range: Range<Int64>, _ take: (ByteBuffer) async throws -> Void) async throws {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let buffer = try await read(at: offset, count: Int(min(StoredPiece.size, range.upperBound - offset)))
            guard buffer.readableBytes > 0 else {
                throw EngineError(.unavailable, "what is stored is shorter than it was")
            }
            try await take(buffer)
            offset += Int64(buffer.readableBytes)
        }
    }

    public var address: String? { nil }
}

private enum StoredPiece {
    static let size: Int64 = 256 << 10
}

/// A file that grows. Nobody else may write it meanwhile.
public protocol StorageWriter: Sendable {
    /// What is written, in bytes.
    var size: Int64 { get async }
    func write(_ buffer: ByteBuffer) async throws(EngineError)
    /// The file is left as it is, to be added to later.
    func close() async throws(EngineError)
    /// The file is finished, and survives a loss of power.
    func commit() async throws(EngineError)
}

/// Kept for as long as others are to be shut out.
public protocol StorageHold: AnyObject, Sendable {
    /// Lets the others in.
    func release() async
}

/// The lock of a file, which goes when nobody keeps this.
final class FileHold: StorageHold {
    private let file: OpenFile
    init(_ file: consuming OpenFile) { self.file = file }
    func release() async {}
}
