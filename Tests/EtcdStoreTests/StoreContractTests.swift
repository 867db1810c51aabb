import KeyValueStore
import Primitives
import Testing

@testable import EtcdStore

/// What every store keeps to: the one of this process's memory, and a real etcd.
@Suite(.serialized) struct StoreContractTests {
    enum Kind: CaseIterable { case memory, etcd, etcdByTLS }

    private func with(_ kind: Kind, _ body: (any KeyValueStore) throws -> Void) throws {
        switch kind {
        case .memory: try body(MemoryStore())
        case .etcd, .etcdByTLS:
            let server = try EtcdServer(usesTLS: kind == .etcdByTLS)
            defer { server.stop() }
            let certificates = EtcdCertificates(
                authority: server.folder + "/ca.pem", certificate: server.folder + "/client.pem",
                key: server.folder + "/client-key.pem")
            let store = try EtcdStore(EtcdAddress(server.url), kind == .etcdByTLS ? certificates : nil)
            defer { store.close() }
            try body(store)
        }
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: Kind.allCases) func keepsToItsContract(_ kind: Kind) throws {
        try with(kind) { store in
            try listsWhatIsBelowAPrefix(store)
            try changesAllOrNothing(store)
            try comparesWhatIsThere(store)
            try watchesInOrder(store)
            try takesAwayWhatALeaseHolds(store)
        }
    }

    private func listsWhatIsBelowAPrefix(_ store: any KeyValueStore) throws {
        #expect(try store.entries(below: "list/").entries == [])
        let puts = ["list/b", "list/a/é", "list0", "list"].map {
            StoreTransaction.Change.put($0, bytes("<" + $0 + ">"), nil)
        }
        #expect(try store.commit(StoreTransaction(puts)))
        let snapshot = try store.entries(below: "list/")
        #expect(snapshot.entries.map(\.key) == ["list/a/é", "list/b"])
        #expect(snapshot.entries.first?.value == bytes("<list/a/é>"))
        #expect(try store.entries(below: "list").entries.count == 4)
        #expect(try store.commit(StoreTransaction([.put("list/b", [0, 255], nil)])))
        let later = try store.entries(below: "list/")
        #expect(later.revision == snapshot.revision + 1 && later.entries.last?.value == [0, 255])
    }

    private func changesAllOrNothing(_ store: any KeyValueStore) throws {
        let take = StoreTransaction(
            if: [.absent("own/1"), .absent("own/2")], [.put("own/1", [1], nil), .put("own/2", [2], nil)])
        #expect(try store.commit(take))
        #expect(try !store.commit(take))
        let half = StoreTransaction(if: [.absent("own/3"), .absent("own/2")], [.put("own/3", [3], nil)])
        #expect(try !store.commit(half))
        #expect(try store.entries(below: "own/").entries.map(\.value) == [[1], [2]])
        #expect(try store.commit(StoreTransaction(if: [.present("own/1")], [.deleteBelow("own/"), .delete("own")])))
        #expect(try store.entries(below: "own/").entries.isEmpty)
        #expect(try !store.commit(StoreTransaction(if: [.present("own/1")], [])))
    }

    private func comparesWhatIsThere(_ store: any KeyValueStore) throws {
        #expect(try !store.commit(StoreTransaction(if: [.holds("mine", [])], [])))
        #expect(try store.commit(StoreTransaction([.put("mine", [7], nil)])))
        #expect(try store.commit(StoreTransaction(if: [.holds("mine", [7])], [.put("mine", [], nil)])))
        #expect(try !store.commit(StoreTransaction(if: [.holds("mine", [7])], [])))
        #expect(try store.commit(StoreTransaction(if: [.holds("mine", [])], [])))
        #expect(try store.commit(StoreTransaction(if: [.noneBelow("room/")], [.put("room/1", [], nil)])))
        #expect(try !store.commit(StoreTransaction(if: [.noneBelow("room/")], [.put("room/2", [], nil)])))
        let revision = try store.entries(below: "room/").revision
        let add = { (key: String) in
            StoreTransaction(if: [.noneNewer("room/", than: revision)], [.put(key, [], nil)])
        }
        #expect(try store.commit(StoreTransaction([.put("elsewhere", [], nil)])))
        #expect(try store.commit(add("room/3")))
        #expect(try !store.commit(add("room/4")))
        // Of none nothing is newer.
        #expect(try store.commit(StoreTransaction(if: [.noneNewer("empty/", than: 0)], [])))
    }

    private func watchesInOrder(_ store: any KeyValueStore) throws {
        let start = try store.entries(below: "watch/").revision
        #expect(try store.commit(StoreTransaction([.put("watch/1", [1], nil), .put("other", [], nil)])))
        let watch = try store.watch(below: "watch/", after: start)
        #expect(try store.commit(StoreTransaction([.put("watch/1", [2], nil), .put("watch/2", [3], nil)])))
        #expect(try store.commit(StoreTransaction([.deleteBelow("watch/")])))
        var seen: [StoreWatch.Change] = []
        while seen.count < 5, case .changes(let changes) = watch.next(milliseconds: 5000) { seen += changes }
        #expect(seen.first == .put(StoreEntry(key: "watch/1", value: [1])))
        #expect(
            Set(seen.dropFirst().prefix(2)) == [
                .put(StoreEntry(key: "watch/1", value: [2])), .put(StoreEntry(key: "watch/2", value: [3])),
            ])
        #expect(Set(seen.dropFirst(3)) == [.deleted("watch/1"), .deleted("watch/2")])
        #expect(watch.next(milliseconds: 0) == .quiet)
        watch.wake()
        #expect(watch.next(milliseconds: 60_000) == .quiet)
    }

    private func takesAwayWhatALeaseHolds(_ store: any KeyValueStore) throws {
        let lease = try store.grantLease(seconds: 60)
        #expect(
            try store.commit(
                StoreTransaction([.put("lease/1", [], lease), .put("lease/2", [], lease), .put("lease/3", [], nil)])))
        #expect(try store.renew(lease))
        let other = try store.grantLease(seconds: 60)
        // What is put again lives by the new lease.
        #expect(try store.commit(StoreTransaction([.put("lease/2", [], other)])))
        try store.revoke(lease)
        #expect(try store.entries(below: "lease/").entries.map(\.key) == ["lease/2", "lease/3"])
        #expect(try !store.renew(lease))
        try store.revoke(lease)
        try store.revoke(other)
    }

    @Test func comesToNobodyWhoIsNotVouchedFor() throws {
        let server = try EtcdServer(usesTLS: true)
        defer { server.stop() }
        let trusting = EtcdCertificates(authority: server.folder + "/ca.pem", certificate: "", key: "")
        let doubting = EtcdCertificates(
            authority: "", certificate: server.folder + "/client.pem", key: server.folder + "/client-key.pem")
        for certificates in [trusting, doubting, nil] {
            let store = try EtcdStore(EtcdAddress(server.url), certificates)
            defer { store.close() }
            let error = #expect(throws: EngineError.self) { try store.entries(below: "a") }
            #expect(error?.kind == .unavailable)
        }
        let missing = EtcdCertificates(authority: server.folder + "/none.pem", certificate: "", key: "")
        let error = #expect(throws: EngineError.self) { try EtcdStore(EtcdAddress(server.url), missing) }
        #expect(error?.kind == .badParameter)
    }

    @Test func aLeaseEndsByTheClock() throws {
        let clock = TestClock()
        let store = MemoryStore { clock.now }
        let lease = try store.grantLease(seconds: 10)
        #expect(try store.commit(StoreTransaction([.put("a", [], lease)])))
        clock.advance(seconds: 9)
        #expect(try store.renew(lease))
        clock.advance(seconds: 9)
        #expect(try store.entries(below: "a").entries.count == 1)
        clock.advance(seconds: 2)
        #expect(try store.entries(below: "a").entries.isEmpty)
        #expect(try !store.renew(lease))
    }

    @Test func goesOnWithAnotherServer() throws {
        let server = try EtcdServer()
        defer { server.stop() }
        let port = try #require(server.url.split(separator: ":").last)
        let store = try EtcdStore(EtcdAddress("etcd://127.0.0.1:1,127.0.0.1:\(port)"))
        defer { store.close() }
        #expect(try store.commit(StoreTransaction([.put("a", [1], nil)])))
        #expect(try store.entries(below: "a").entries.count == 1)
    }

    @Test func saysThatNobodyAnswers() throws {
        let store = try EtcdStore(EtcdAddress("etcd://127.0.0.1:1"))
        defer { store.close() }
        let error = #expect(throws: EngineError.self) { try store.entries(below: "a") }
        #expect(error?.kind == .unavailable)
        #expect(error?.message.hasPrefix("cluster store etcd://127.0.0.1:1 is not reached") == true)
        let watch = try store.watch(below: "a", after: 0)
        guard case .ended = watch.next(milliseconds: 10_000) else {
            Issue.record("a watch of nobody goes on")
            return
        }
    }

    @Test func aWatchEndsWithItsServer() throws {
        let server = try EtcdServer()
        let store = try EtcdStore(EtcdAddress(server.url))
        defer { store.close() }
        let watch = try store.watch(below: "a", after: 0)
        #expect(try store.commit(StoreTransaction([.put("a", [1], nil)])))
        #expect(watch.next(milliseconds: 5000) == .changes([.put(StoreEntry(key: "a", value: [1]))]))
        server.stop()
        guard case .ended = watch.next(milliseconds: 10_000) else {
            Issue.record("a watch of nobody goes on")
            return
        }
    }
}
