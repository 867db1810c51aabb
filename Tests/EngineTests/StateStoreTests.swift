import LinuxSystem
import Logging
import Primitives
import Testing

@testable import Engine

@Suite struct StateStoreTests {
    /// A folder that goes away with the test.
    private final class Scratch {
        let path = "/tmp/state-\(ContainerID.random())"
        var database: String { path + "/martlet.db" }
        var lost: String { path + "/lost" }

        init() throws { try HostDirectory.makeAll(path) }
        deinit { try? HostDirectory.removeTree(path) }

        func open(hasContainers: Bool) throws -> StateStore {
            try StateStore(path: database, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
                hasContainers
            } setAside: { [lost] in
                try LostAndFound.setAside($0, in: lost)
            }
        }
    }

    @Test func aFirstStartHasLostNothing() throws {
        let scratch = try Scratch()
        #expect(try !scratch.open(hasContainers: false).hasUnreadable())
        // What was made since is in it.
        #expect(try !scratch.open(hasContainers: true).hasUnreadable())
    }

    /// Damage, and where the engine can be killed while it replaces the file.
    @Test(arguments: [Array("no database".utf8) + [UInt8](repeating: 7, count: 4096), [], nil])
    func whoseContainersTheyAreIsUnknownForEver(_ content: [UInt8]?) throws {
        let scratch = try Scratch()
        if let content { try HostFile.write(scratch.database, content) }
        #expect(try scratch.open(hasContainers: true).hasUnreadable())
        #expect(try scratch.open(hasContainers: true).hasUnreadable())
        #expect(HostFile.exists(scratch.lost) == (content?.isEmpty == false))
    }

    @Test func whatIsLeftOfADatabaseIsSetAside() throws {
        let scratch = try Scratch()
        try HostFile.write(scratch.database + "-wal", [1, 2, 3])
        _ = try scratch.open(hasContainers: true)
        let kept = try HostDirectory.entries(scratch.lost)
        #expect(kept.count == 1)
        #expect(try HostFile.read(scratch.lost + "/" + (kept.first ?? "")) == [1, 2, 3])
    }
}
