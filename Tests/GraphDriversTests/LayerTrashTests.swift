import LinuxSystem
import Testing

@testable import GraphDrivers

@Suite struct LayerTrashTests {
    /// What happened, in its order, and gates that steps wait at.
    private let events = Monitor<[String]>([])

    private func note(_ event: String) { events.change { $0.append(event) } }
    private func wait(for event: String) { _ = events.wait { $0.contains(event) ? true : nil } }

    private func trash(_ takeApart: @escaping @Sendable (RawPath, () -> Void) throws -> Void) throws -> LayerTrash {
        LayerTrash(FDBox(try FD.open(at: "/", [.directory])), takeApart: takeApart)
    }

    @Test func whoeverRemovesDoesNotWait() throws {
        let trash = try trash { [self] name, _ in
            wait(for: "answered")
            note("gone \(name)")
        }
        trash.add(["a", "b"])
        note("answered")
        #expect(trash.empty())
        #expect(events.read { $0 } == ["answered", "gone a", "gone b"])
        #expect(!trash.empty())
    }

    @Test func whatCannotBeRemovedHoldsNothingUp() throws {
        let trash = try trash { [self] name, _ in
            if name == "a" { throw SystemError(errno: 16, call: "rmdir") }
            note("gone \(name)")
        }
        trash.add(["a", "b"])
        _ = trash.empty()
        #expect(events.read { $0 } == ["gone b"])
    }

    @Test func itRestsWhileLayersAreMade() throws {
        let trash = try trash { [self] name, beforeEach in
            note("begun")
            for _ in 0..<100 { beforeEach() }
            note("gone")
        }
        trash.whileMaking {
            trash.add(["a"])
            wait(for: "begun")
            note("made")
        }
        _ = trash.empty()
        #expect(events.read { $0 } == ["begun", "made", "gone"])
    }

    /// A layer that finds the disk full waits for the trash, though layers are being made.
    @Test func whoeverNeedsRoomGetsItAtOnce() throws {
        let trash = try trash { [self] _, beforeEach in
            for _ in 0..<100 { beforeEach() }
            note("gone")
        }
        trash.whileMaking {
            trash.add(["a"])
            #expect(trash.empty())
            note("made")
        }
        #expect(events.read { $0 } == ["gone", "made"])
    }
}
