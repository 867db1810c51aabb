public import Primitives

/// Small values under keys that several hosts share, with what it takes to agree on them: changes that are made all
/// together or not at all, and only under conditions; watching; leases.
///
/// The whole store has one revision, which grows by one with each change that is made. Keys are compared byte by byte.
/// All calls block, for a few seconds at most, and may come from any thread. Errors: `unavailable` when the store is not
/// reached, or does not answer as it should.
public protocol KeyValueStore: Sendable {
    /// What messages call it: `etcd://10.0.0.1:2379`.
    var name: String { get }

    /// All entries whose keys begin with the prefix, as they were at one revision.
    func entries(below prefix: String) throws(EngineError) -> StoreSnapshot

    /// Makes the changes if all conditions hold; false when one does not.
    ///
    /// After an error the changes may have been made all the same.
    func commit(_ transaction: StoreTransaction) throws(EngineError) -> Bool

    /// Tells what happens below the prefix after the revision, in order.
    func watch(below prefix: String, after revision: Int64) throws(EngineError) -> StoreWatch

    /// Entries put with a lease go away when it has not been renewed for so many seconds. The store may make it longer.
    func grantLease(seconds: Int) throws(EngineError) -> StoreLease

    /// Begins a lease's time anew; false when it is over.
    func renew(_ lease: StoreLease) throws(EngineError) -> Bool

    /// Ends a lease now, and takes its entries away. One that is over is no error.
    func revoke(_ lease: StoreLease) throws(EngineError)

    /// Ends all watches and connections. Nothing is called afterwards.
    func close()
}

public struct StoreLease: Sendable, Hashable {
    public var id: Int64
    public init(id: Int64) { self.id = id }
}

public struct StoreEntry: Sendable, Hashable {
    public var key: String
    public var value: [UInt8]

    public init(key: String, value: [UInt8]) {
        self.key = key
        self.value = value
    }
}

public struct StoreSnapshot: Sendable, Hashable {
    /// In the order of their keys.
    public var entries: [StoreEntry]
    /// Of the whole store, when this was so.
    public var revision: Int64

    public init(entries: [StoreEntry], revision: Int64) {
        self.entries = entries
        self.revision = revision
    }
}

/// Changes and what they depend on.
public struct StoreTransaction: Sendable, Hashable {
    public enum Condition: Sendable, Hashable {
        case present(String)
        case absent(String)
        /// The key is there with this value.
        case holds(String, [UInt8])
        /// No key begins with the prefix.
        case noneBelow(String)
        /// No key below the prefix has been put after the revision. Keys that went away don't count.
        case noneNewer(String, than: Int64)
    }

    /// No key may be changed twice in one transaction.
    public enum Change: Sendable, Hashable {
        case put(String, [UInt8], StoreLease?)
        /// A key that is not there is no error.
        case delete(String)
        case deleteBelow(String)
    }

    public var conditions: [Condition]
    public var changes: [Change]

    public init(if conditions: [Condition] = [], _ changes: [Change]) {
        self.conditions = conditions
        self.changes = changes
    }
}
