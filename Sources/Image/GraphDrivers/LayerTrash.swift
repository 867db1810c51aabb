import LayerFS
import LinuxSystem
import Primitives

/// Takes apart what was removed, on a thread of its own that gives way to all others: whoever removes a layer waits for
/// a rename, however many files it has.
///
/// While layers are made it rests, a minute at most for each portion of files; it goes on at once when room gets short or
/// somebody waits for it. What it has not done when the process ends, in whatever way, the next start puts in again.
final class LayerTrash: Sendable {
    private struct State {
        var waiting: [RawPath] = []
        var isRunning = false
        /// Layers that are being made.
        var making = 0
        /// Who waits until all is gone.
        var hurried = 0
        /// What makes room besides.
        var giveUp: (@Sendable () -> Void)?

        var isEmpty: Bool { waiting.isEmpty && !isRunning }
    }

    /// Names that go before it looks around.
    private static let portion = 32
    private static let longestRest: Int64 = 60_000_000_000
    /// Less is short: so many bytes, or one part in twenty of the file system.
    private static let shortBytes: UInt64 = 2 << 30
    private static let shortPart: UInt64 = 20

    private let root: FDBox
    private let takeApart: @Sendable (_ name: RawPath, _ beforeEach: () -> Void) throws -> Void
    private let state = Monitor(State())

    /// `takeApart` removes a folder of `root` and calls `beforeEach` before each file.
    init(_ root: FDBox, takeApart: @escaping @Sendable (_ name: RawPath, _ beforeEach: () -> Void) throws -> Void) {
        self.root = root
        self.takeApart = takeApart
    }

    func add(_ names: [RawPath]) {
        let starts = state.change { state in
            state.waiting += names
            guard !state.isRunning, !state.waiting.isEmpty else { return false }
            state.isRunning = true
            return true
        }
        guard starts else { return }
        let hasStarted = PlatformThread.detach { [self] in
            ThreadPriority.giveWay()
            work()
        }
        if !hasStarted { work() }
    }

    /// Takes one apart on the caller's thread. What cannot be removed takes room and nothing else; the next start tries again.
    func removeNow(_ name: RawPath) { try? takeApart(name) {} }

    /// Runs `body`, which makes a layer: with room, as far as there is any, and without a disk that is busy with trash.
    func whileMaking<Result>(_ body: () throws -> Result) rethrows -> Result {
        if isShort { _ = empty() }
        state.change { $0.making += 1 }
        defer { state.change { $0.making -= 1 } }
        return try body()
    }

    /// Waits until nothing is left. False when there was nothing.
    func empty() -> Bool {
        let wasEmpty = state.change { state in
            state.hurried += 1
            return state.isEmpty
        }
        _ = state.wait { $0.isEmpty ? true : nil }
        state.change { $0.hurried -= 1 }
        return !wasEmpty
    }

    func whenFull(_ giveUp: @escaping @Sendable () -> Void) { state.change { $0.giveUp = giveUp } }

    var room: DiskRoom {
        DiskRoom(steps: [{ _ = self.empty() }, { self.state.read { $0.giveUp }?() }])
    }

    private func work() {
        var pace = Pace()
        while let name = next() {
            // What cannot be removed takes room and nothing else; the next start tries again.
            try? takeApart(name) { step(&pace) }
        }
    }

    private func next() -> RawPath? {
        state.change { state in
            state.isRunning = !state.waiting.isEmpty
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
    }

    private struct Pace {
        var count = 0
        var isHurried = false
    }

    private func step(_ pace: inout Pace) {
        pace.count += 1
        guard pace.count.isMultiple(of: Self.portion) else { return }
        let end = KernelClock.monotonic() + Self.longestRest
        while state.read({ $0.making > 0 && $0.hurried == 0 }), !isShort, KernelClock.monotonic() < end {
            ThreadPriority.rest(milliseconds: 20)
        }
        let isHurried = state.read { $0.hurried > 0 }
        guard isHurried != pace.isHurried else { return }
        pace.isHurried = isHurried
        // Who waits may be anybody: a thread that gives way to all would have them wait too.
        if isHurried { ThreadPriority.giveWayNoMore() } else { ThreadPriority.giveWay() }
    }

    /// When that can't be found out there is room.
    private var isShort: Bool {
        guard let disk = try? root.fd.fileSystem(), disk.blockSize > 0 else { return false }
        return disk.blocksAvailable < max(disk.blocks / Self.shortPart, Self.shortBytes / UInt64(disk.blockSize))
    }
}
