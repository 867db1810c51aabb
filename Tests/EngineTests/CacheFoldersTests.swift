import Foundation
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
