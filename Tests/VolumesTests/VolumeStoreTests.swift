import LinuxSystem
import Primitives
import Testing

@testable import Volumes

@Suite struct VolumeStoreTests {
    private func withStore(_ body: (VolumeStore, String) throws -> Void) throws {
        let root = "/tmp/martlet-volumes-\(ContainerID.random().short)"
        defer { try? HostDirectory.removeTree(root) }
        try body(try VolumeStore(root: root), root)
    }

    @Test func createGivesTheSameVolumeTwice() throws {
        try withStore { store, root in
            let first = try store.create(name: "data", labels: ["a": "b"])
            let second = try store.create(name: "data", labels: ["c": "d"])
            #expect(first == second)
            #expect(first.mountpoint == root + "/data/_data")
            #expect(try store.find("data")?.labels == ["a": "b"])
        }
    }

    @Test func anonymousVolumesHave64DigitsAndAMark() throws {
        try withStore { store, _ in
            let volume = try store.create(name: nil)
            #expect(volume.name.count == 64 && volume.isAnonymous)
            #expect(volume.labels[VolumeStore.anonymousLabel] == "")
        }
    }

    @Test func aFolderWithoutADescriptionIsAVolume() throws {
        try withStore { store, root in
            try HostDirectory.makeAll(root + "/old/_data")
            #expect(try store.find("old")?.name == "old")
            #expect(try store.list().map(\.name) == ["old"])
        }
    }

    @Test func removingEmptiesAndForgets() throws {
        try withStore { store, root in
            let volume = try store.create(name: "data")
            try HostFile.write(volume.mountpoint + "/file", [1, 2, 3])
            try store.remove("data")
            #expect(try store.find("data") == nil)
            #expect(try HostDirectory.entries(root) == [])
        }
    }

    @Test func whatIsHeldOrUsedIsNotIdle() throws {
        try withStore { store, _ in
            _ = try store.create(name: "data")
            store.hold("data")
            store.hold("data")
            store.release(["data"])
            #expect(try store.removeIdle("data") { false } == false)
            store.release(["data", "other"])
            #expect(try store.removeIdle("data") { true } == false)
            #expect(try store.find("data") != nil)
            #expect(try store.removeIdle("data") { false } == true)
            #expect(try store.removeIdle("data") { false } == false)
            #expect(try store.find("data") == nil)
        }
    }

    @Test func interruptedRemovalsAreFinished() throws {
        try withStore { store, root in
            try HostDirectory.makeAll(root + "/.removing-data/_data")
            store.collectGarbage()
            #expect(try HostDirectory.entries(root) == [])
        }
    }

    @Test(arguments: ["", "a", "../x", "a/b", ".hidden", "-x", "é!", "a b"])
    func badNamesAreRefused(_ name: String) throws {
        try withStore { store, _ in
            #expect { try store.create(name: name) } throws: { ($0 as? EngineError)?.kind == .badParameter }
        }
    }

    @Test func removingWhatIsNotThereIsNotFound() throws {
        try withStore { store, _ in
            #expect { try store.remove("nothing") } throws: { ($0 as? EngineError)?.kind == .notFound }
        }
    }
}
