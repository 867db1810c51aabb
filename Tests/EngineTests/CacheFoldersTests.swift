import Foundation
import Glibc
import LinuxSystem
import Primitives
import Testing

@testable import Dockerfile
@testable import Engine

/// A folder that goes away with the test, and caches in it.
private final class CacheBench: Sendable {
    let path = NSTemporaryDirectory() + "caches-" + UUID().uuidString
    let caches: CacheFolders

    init() { caches = CacheFolders(path: path) }

    deinit { try? HostDirectory.removeTree(path) }

    func make(_ lease: CacheFolders.Lease, _ fill: (FDBox) throws -> Void) throws {
        try lease.make(mode: 0o755, uid: getuid(), gid: getgid(), fill)
    }

    func write(_ name: RawPath, _ text: String, in folder: FDBox) throws {
        try folder.fd.open(name, [.writeOnly, .create, .exclusive], mode: 0o600).writeAll(Array(text.utf8))
    }

    func mount(_ id: String, _ sharing: RunMount.Sharing?, at target: String = "/c") -> RunMount {
        var mount = RunMount()
        (mount.kind, mount.id, mount.sharing, mount.target) = (.cache, id, sharing, target)
        return mount
    }
}

@Suite struct CacheLeaseTests {
    @Test func aCommandMayHaveACacheInSeveralPlaces() async throws {
        let bench = CacheBench()
        for sharing in [RunMount.Sharing.shared, .private, nil] {
            let mounts = [
                bench.mount("a", .locked), bench.mount("a", sharing, at: "/d"), bench.mount("a", .locked, at: "/e"),
            ]
            let leases = try await bench.caches.leases(of: mounts)
            #expect(leases.keys.sorted() == ["a"])
            for lease in leases.values { lease.release() }
        }
    }

    @Test func theStrictestSharingCounts() async throws {
        let bench = CacheBench()
        let first = try await bench.caches.leases(of: [bench.mount("a", .shared), bench.mount("a", .locked)])
        let other = Task { try await bench.caches.leases(of: [bench.mount("a", .shared)]) }
        // Nobody else gets in: a command that may have its own takes another.
        let own = try await bench.caches.leases(of: [bench.mount("a", .private)])
        #expect(own["a"]?.files != first["a"]?.files)
        for lease in first.values { lease.release() }
        #expect(try await other.value["a"]?.files == first["a"]?.files)
    }

    @Test func twoCommandsDoNotWaitForEachOther() async throws {
        let bench = CacheBench()
        let mounts = [bench.mount("a", .locked), bench.mount("b", .locked)]
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let leases = try? await bench.caches.leases(of: number % 2 == 0 ? mounts : mounts.reversed())
                    #expect(leases?.count == 2)
                    await Task.yield()
                    for lease in (leases ?? [:]).values { lease.release() }
                }
            }
        }
    }

    @Test func aCommandThatIsCalledOffLeavesNothingTaken() async throws {
        let bench = CacheBench()
        let holder = try await bench.caches.leases(of: [bench.mount("b", .locked)])
        let waiting = Task {
            try await bench.caches.leases(of: [bench.mount("a", .locked), bench.mount("b", .locked)])
        }
        waiting.cancel()
        await #expect(throws: EngineError.self) { try await waiting.value }
        for lease in holder.values { lease.release() }
        let again = try await bench.caches.leases(of: [bench.mount("a", .locked), bench.mount("b", .locked)])
        #expect(again.count == 2)
    }
}

@Suite struct CacheSeedTests {
    private struct Full: Error {}

    @Test func aCacheIsWholeOrNotThere() async throws {
        let bench = CacheBench()
        let lease = try await bench.caches.lease("a", .shared)
        #expect(throws: Full.self) {
            try bench.make(lease) { folder in
                try bench.write("half", "x", in: folder)
                throw Full()
            }
        }
        #expect(!HostFile.exists(lease.files) && bench.caches.leftovers().isEmpty)
        try bench.make(lease) { try bench.write("one", "x", in: $0) }
        try bench.make(lease) { _ in throw Full() }
        #expect(try HostDirectory.entries(lease.files) == ["one"])
        #expect(try bench.caches.all().map(\.name) == ["a"])
        #expect(try HostFile.status(lease.files).mode == 0o755)
    }

    @Test func theFirstOfTwoMakesIt() async throws {
        let bench = CacheBench()
        let lease = try await bench.caches.lease("a", .shared)
        try bench.make(lease) { folder in
            try bench.write("second", "x", in: folder)
            try bench.make(lease) { try bench.write("first", "x", in: $0) }
        }
        #expect(try HostDirectory.entries(lease.files) == ["first"])
        #expect(bench.caches.leftovers().isEmpty)
    }

    @Test func whatACrashLeavesIsNoCache() async throws {
        let bench = CacheBench()
        let lease = try await bench.caches.lease("a", .shared)
        try bench.make(lease) { folder in
            try HostDirectory.make(lease.folder)
            try HostFile.write(lease.folder + "/name", Array("a".utf8))
            // Here it would end.
            #expect(try bench.caches.all().isEmpty)
            #expect(bench.caches.leftovers().count == 1)
        }
        #expect(try bench.caches.all().count == 1)
        lease.release()
        #expect(try bench.caches.remove(HostDirectory.entries(bench.path).first { $0 != "unfinished" } ?? ""))
        #expect(try bench.caches.all().isEmpty && bench.caches.leftovers().isEmpty)
    }
}
