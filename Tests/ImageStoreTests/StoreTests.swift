import GRDB
import Glibc
import GraphDrivers
import ImageModel
import LayerFS
import LinuxSystem
import OrderedJSON
import Primitives
import Synchronization
import Testing

@testable import ImageStore

@Suite struct ResolveTests {
    @Test func findsByEveryKindOfName() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        let digest = Digest.sha256(of: "manifest".utf8)
        try bench.store.tag(image.id, as: ImageReference(parsing: "busybox@\(digest)"))
        for name in [
            "busybox", "busybox:latest", "docker.io/library/busybox", image.id.hex, image.id.description,
            image.id.short,
            "sha256:\(image.id.short)", "busybox@\(digest)", "busybox:x@\(digest)",
        ] {
            #expect(try bench.store.resolve(name).id == image.id, "\(name)")
        }
        #expect(try bench.store.resolve("busybox").digests == ["busybox@\(digest)"])
    }

    @Test(arguments: [
        ("nope", "No such image: nope:latest"), ("nope:1", "No such image: nope:1"),
        ("host:5000/a", "No such image: host:5000/a:latest"),
    ])
    func unknownNamesHaveDockersText(name: String, message: String) throws {
        let bench = try Bench()
        let error = kind { _ = try bench.store.resolve(name) }
        #expect(error?.0 == .notFound)
        #expect(error?.1 == message)
    }

    @Test func whatCannotBeANameIsABadParameter() throws {
        let bench = try Bench()
        #expect(kind { _ = try bench.store.resolve("UPPER") }?.0 == .badParameter)
        #expect(kind { _ = try bench.store.resolve("") }?.0 == .badParameter)
    }
}

/// Texts of docker's daemon/images/image_delete.go.
@Suite struct RemoveTests {
    private func bench(tags: [String]) throws -> (Bench, Image) {
        let bench = try Bench()
        try bench.makeTree()
        var image = try bench.importTree(as: tags.first)
        for tag in tags.dropFirst() { try bench.store.tag(image.id, as: ImageReference(parsing: tag)) }
        image = try bench.store.resolve(image.id.hex)
        return (bench, image)
    }

    private let stopped: @Sendable (Digest) -> [ContainerUse] = { _ in
        [ContainerUse(id: "0123456789abcdef", isRunning: false)]
    }
    private let running: @Sendable (Digest) -> [ContainerUse] = { _ in
        [ContainerUse(id: "0123456789abcdef", isRunning: true)]
    }

    @Test func theLastNameTakesTheImageAlong() throws {
        let (bench, image) = try bench(tags: ["a:1", "b:1"])
        #expect(try bench.store.remove("a:1", force: false, noPrune: false) { _ in [] } == [.untagged("a:1")])
        #expect(
            try bench.store.remove("b:1", force: false, noPrune: false) { _ in [] } == [
                .untagged("b:1"), .deleted(image.id.description), .deleted(image.chainIDs[0].description),
            ])
        #expect(kind { _ = try bench.store.resolve("b:1") }?.1 == "No such image: b:1")
        #expect(try bench.leftovers().contains(image.id.hex) == false)
    }

    @Test func anIDInSeveralRepositoriesNeedsForce() throws {
        let (bench, image) = try bench(tags: ["a:1", "b:1"])
        let error = kind { _ = try bench.store.remove(image.id.short, force: false, noPrune: false) { _ in [] } }
        #expect(error?.0 == .conflict)
        #expect(
            error?.1
                == "conflict: unable to delete \(image.id.short) (must be forced) - image is referenced in multiple repositories"
        )
        let steps = try bench.store.remove(image.id.short, force: true, noPrune: false) { _ in [] }
        #expect(steps.prefix(3) == [.untagged("a:1"), .untagged("b:1"), .deleted(image.id.description)])
    }

    @Test func containersKeepTheirImage() throws {
        let (bench, image) = try bench(tags: ["a:1"])
        #expect(
            kind { _ = try bench.store.remove("a:1", force: false, noPrune: false, inUse: stopped) }?.1
                == "conflict: unable to remove repository reference \"a:1\" (must force) - container 0123456789ab is using its referenced image \(image.id.short)"
        )
        #expect(
            kind { _ = try bench.store.remove(image.id.hex, force: false, noPrune: false, inUse: stopped) }?.1
                == "conflict: unable to delete \(image.id.short) (must be forced) - image is being used by stopped container 0123456789ab"
        )
        #expect(
            kind { _ = try bench.store.remove(image.id.hex, force: true, noPrune: false, inUse: running) }?.1
                == "conflict: unable to delete \(image.id.short) (cannot be forced) - image is being used by running container 0123456789ab"
        )
        // By name and with force the name goes, the image stays while a container runs.
        #expect(try bench.store.remove("a:1", force: true, noPrune: false, inUse: running) == [.untagged("a:1")])
        #expect(try bench.store.resolve(image.id.hex).tags.isEmpty)
    }

    @Test func digestReferencesGoWithTheLastTagOfTheirRepository() throws {
        let digest = "a@sha256:" + String(repeating: "5", count: 64)
        let (bench, image) = try bench(tags: ["a:1", digest])
        let steps = try bench.store.remove("a:1", force: false, noPrune: false) { _ in [] }
        #expect(steps.prefix(3) == [.untagged("a:1"), .untagged(digest), .deleted(image.id.description)])
    }

    @Test func parentsAreSharedAndPruned() throws {
        let (bench, parent) = try bench(tags: ["base"])
        var draft = ImageConfigDraft(platform: .host, created: .now())
        draft.diffIDs = parent.diffIDs
        let child = try bench.store.register(
            ImageConfig(parsing: draft.serialized()), parent: parent.id, names: [ImageReference(parsing: "child")])
        #expect(
            kind { _ = try bench.store.remove(parent.id.hex, force: true, noPrune: false) { _ in [] } }?.1
                == "conflict: unable to delete \(parent.id.short) (cannot be forced) - image has dependent child images"
        )
        #expect(try bench.store.remove("base", force: false, noPrune: false) { _ in [] } == [.untagged("base:latest")])
        let steps = try bench.store.remove("child", force: false, noPrune: false) { _ in [] }
        #expect(
            steps == [
                .untagged("child:latest"), .deleted(child.id.description), .deleted(parent.id.description),
                .deleted(parent.chainIDs[0].description),
            ])
        #expect(try bench.driver.ids().isEmpty)
    }
}

@Suite struct ContainerLayerTests {
    @Test func aContainerKeepsTheLayersOfARemovedImage() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        let id = ContainerID.random().description
        try bench.store.createContainerLayer(id: id, image: image.id)
        #expect(try bench.store.mounts(containerLayer: id) == [Mount(type: "bind", source: bench.driver.folder(id))])
        #expect(try bench.store.changes(containerLayer: id).map(\.path) == ["/new"])
        #expect(try bench.store.size(containerLayer: id) == 7)
        #expect(bench.store.containerLayers() == [id])
        let steps = try bench.store.remove("busybox", force: true, noPrune: false) { _ in [] }
        #expect(steps == [.untagged("busybox:latest"), .deleted(image.id.description)])
        #expect(bench.driver.exists(id: image.layers[0]))
        let reopened = try bench.reopened()
        #expect(reopened.notices.isEmpty)
        try reopened.removeContainerLayer(id: id)
        #expect(try bench.driver.ids().isEmpty)
        #expect(kind { _ = try reopened.mounts(containerLayer: id) }?.0 == .notFound)
    }

    @Test func onlyALayerThatShallLastIsSynced() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        try bench.store.createContainerLayer(id: "passing", image: image.id)
        try bench.store.createContainerLayer(id: "lasting", image: image.id, isDurable: true)
        #expect(bench.driver.synced.withLock(\.self) == ["lasting"])
    }

    @Test func unknownImagesAndDoubles() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        #expect(
            kind { try bench.store.createContainerLayer(id: "c", image: Digest.sha256(of: "x".utf8)) }?.0 == .notFound)
        try bench.store.createContainerLayer(id: "c", image: image.id)
        #expect(kind { try bench.store.createContainerLayer(id: "c", image: image.id) }?.0 == .conflict)
        try bench.store.removeContainerLayer(id: "never")
    }
}

@Suite struct StartupTests {
    @Test func everythingIsThereAgain() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        let reopened = try bench.reopened()
        #expect(try reopened.list() == [try bench.store.resolve("busybox")])
        #expect(try reopened.resolve(image.id.short).lastTagged != nil)
        #expect(reopened.notices.isEmpty)
    }

    @Test func leftoversOfACrashAreRemovedAndContainersStay() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        let container = ContainerID.random().description
        try bench.scratch.shell(
            "mkdir layers/l-half layers/\(container); cd store/image/copy; mkdir tmp/x; echo > tmp/x/y; echo > blobs/sha256/a.new"
        )
        let reopened = try bench.reopened()
        #expect(reopened.notices == ["removed layer l-half, which was not finished"])
        #expect(try bench.driver.ids().sorted() == [container, image.layers[0]].sorted())
        #expect(
            try bench.scratch.shell("cd store/image/copy; ls tmp; ls blobs/sha256 | grep -e new -e half || true")
                == "")
    }

    @Test func anUnreadableConfigIsSetAside() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        try bench.scratch.shell("echo broken > store/image/copy/blobs/sha256/\(image.id.hex)")
        let reopened = try bench.reopened()
        #expect(reopened.notices.count == 1)
        #expect(try reopened.list().isEmpty)
        #expect(try bench.scratch.shell("cat store/lost/\(image.id.hex).*") == "broken")
        #expect(bench.driver.exists(id: image.layers[0]))
    }

    @Test func anUnreadableDatabaseIsSetAsideAndNoLayerIsLost() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        try bench.scratch.shell(
            "cd store/image/copy; rm -f images.db-wal images.db-shm; head -c 20000 /dev/urandom > images.db")
        for _ in 0..<2 {
            let reopened = try bench.reopened()
            #expect(try reopened.list().isEmpty)
            #expect(bench.driver.exists(id: image.layers[0]))
        }
        #expect(try bench.scratch.shell("ls store/lost | wc -l") == "1")
    }

    /// Where the engine can be killed while it replaces a damaged database, and what is on disk then.
    @Test(arguments: ["rm images.db*", "rm images.db", "rm images.db*; : > images.db"])
    func aDatabaseThatIsGoneTakesNoLayerAlong(_ script: String) throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        let container = ContainerID.random().description
        try bench.store.createContainerLayer(id: container, image: image.id)
        try bench.scratch.shell("cd store/image/copy; test -e images.db-wal; \(script)")
        for _ in 0..<2 {
            let reopened = try bench.reopened()
            #expect(try reopened.list().isEmpty)
            #expect(try bench.driver.ids().sorted() == [container, image.layers[0]].sorted())
        }
    }

    @Test func whatIsLeftOfADatabaseIsSetAside() throws {
        let bench = try Bench()
        try bench.scratch.shell("cd store/image/copy; cp images.db-wal ../../../kept; rm images.db")
        let reopened = try bench.reopened()
        #expect(!reopened.notices.isEmpty)
        try bench.scratch.shell("cmp kept store/lost/images.db-wal.*")
    }

    @Test func aLockedDatabaseStaysWhereItIs() throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        let folder = try StoreFolder(root: bench.scratch("store"), driver: bench.driver.name)
        let other = try DatabaseQueue(path: folder.database)
        try other.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                var startup = Startup(folder: folder, driver: bench.driver, boot: nil, patience: 0)
                let error = #expect(throws: DatabaseError.self) { _ = try startup.openDatabase() }
                #expect(error?.resultCode == .SQLITE_BUSY)
                return .rollback
            }
        }
        let reopened = try bench.reopened()
        #expect(try reopened.list().map(\.id) == [image.id] && reopened.notices.isEmpty)
    }

    /// Gives the thread that syncs its turn.
    private func eventually(_ condition: () -> Bool) throws {
        let end = KernelClock.monotonic() + 10_000_000_000
        while !condition() {
            try #require(KernelClock.monotonic() < end)
            sched_yield()
        }
    }

    /// The image, when its layers are known to be on disk.
    private func syncedImage(_ bench: Bench) throws -> Image {
        try bench.makeTree()
        let image = try bench.importTree()
        #expect(bench.store.boot != nil)
        try eventually { bench.store.table.layers.values.allSatisfy { $0.unsyncedBoot == nil } }
        #expect(try bench.store.database.layers().map(\.unsyncedBoot) == [nil])
        return image
    }

    private func mark(_ image: Image, _ boot: String, in store: ImageStore) throws {
        try store.change { table in
            guard var row = table.layers[image.chainIDs[0]] else { return }
            row.unsyncedBoot = boot
            table.put(layer: row)
        }
    }

    @Test func afterALossOfPowerWhatWasNotOnDiskIsSetAside() throws {
        let bench = try Bench()
        let image = try syncedImage(bench)
        try mark(image, "an earlier boot", in: bench.store)
        let reopened = try bench.reopened()
        #expect(try reopened.list().isEmpty)
        #expect(
            reopened.notices == [
                "set aside layer \(image.layers[0]): the machine went down before its files were on disk",
                "image \(image.id) lacks a layer",
            ])
        // It is set aside once, kept for ever, and the image can come again.
        let again = try bench.reopened()
        #expect(again.notices == ["image \(image.id) lacks a layer"])
        #expect(bench.driver.exists(id: image.layers[0]))
        let config: JSONValue = ["Cmd": ["sh"]]
        let second = try again.importTar(from: bench.open("tree.tar"), message: "", config: config)
        #expect(second.chainIDs == image.chainIDs && second.layers != image.layers)
    }

    @Test func aCrashOfTheEngineLosesNoLayer() throws {
        let bench = try Bench()
        let image = try syncedImage(bench)
        try mark(image, try #require(BootID.current), in: bench.store)
        let reopened = try bench.reopened()
        #expect(try reopened.list().map(\.id) == [image.id] && reopened.notices.isEmpty)
        try eventually { reopened.table.layers.values.allSatisfy { $0.unsyncedBoot == nil } }
    }

    @Test func manyAtOnce() async throws {
        let bench = try Bench()
        try bench.makeTree()
        let image = try bench.importTree()
        let store = bench.store
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    _ = try? store.tag(image.id, as: ImageReference(parsing: "app:\(number)"))
                    try? store.createContainerLayer(id: "c\(number)", image: image.id)
                    try? store.removeContainerLayer(id: "c\(number)")
                }
            }
        }
        #expect(try store.resolve("app:7").tags.count == 21)
        #expect(store.containerLayers().isEmpty)
        #expect(try bench.driver.ids().count == 1)
    }
}
