/// Where encoded JSON goes: a growing buffer and the stack of containers that are open in it.
///
/// Containers are never told that they are finished (Codable has no such call). So whoever writes next at a lower level
/// closes what is open above it; `close(to:)` at the end closes the rest. That allows writing in one pass.
final class JSONSink {
    private struct Level {
        var isObject: Bool
        var isEmpty = true
    }

    /// All that changes while writing. It lives behind a pointer because the run-time checks for overlapping access to
    /// the properties of a class cost a tenth of the time.
    private struct State {
        var base: UnsafeMutablePointer<UInt8>
        var capacity: Int
        var count = 0
        var levels: [Level] = []
        var routes: [(type: ObjectIdentifier, route: Route)] = []
        var failure: JSONError?
    }

    private let state: UnsafeMutablePointer<State>
    let escapesHTML: Bool
    private let indent: [UInt8]?

    init(style: JSONStyle) {
        escapesHTML = style.escapesHTML
        indent = style.indent.map { Array($0.utf8) }
        state = .allocate(capacity: 1)
        state.initialize(to: State(base: .allocate(capacity: 4096), capacity: 4096))
        state.pointee.levels.reserveCapacity(16)
    }

    deinit {
        state.pointee.base.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    var count: Int { state.pointee.count }
    var depth: Int { state.pointee.levels.count }

    /// The first thing that JSON cannot say; reported by the encoder at the end.
    var failure: JSONError? { state.pointee.failure }

    func fail(_ error: JSONError) { state.pointee.failure = failure ?? error }

    func takeBytes() -> [UInt8] {
        close(to: 0)
        return Array(UnsafeBufferPointer(start: state.pointee.base, count: count))
    }

    // MARK: Containers

    func open(object: Bool) {
        state.pointee.levels.append(Level(isObject: object))
        append(object ? UInt8(ascii: "{") : UInt8(ascii: "["))
    }

    /// Goes on writing into the container at `level` (0 is the outermost), opening it if need be.
    func enter(object: Bool, at level: Int) {
        if depth == level { return open(object: object) }
        close(to: level + 1)
        precondition(
            depth > level && state.pointee.levels[level].isObject == object, "one value, two kinds of container")
    }

    func close(to level: Int) {
        while depth > level {
            let closed = state.pointee.levels.removeLast()
            if !closed.isEmpty { newLine() }
            append(closed.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        }
    }

    /// Begins an element of the array that is container number `depth` (1 is the outermost).
    func beginElement(depth: Int) {
        if self.depth != depth { close(to: depth) }
        precondition(self.depth == depth, "writing into a container that is already closed")
        if state.pointee.levels[depth - 1].isEmpty {
            state.pointee.levels[depth - 1].isEmpty = false
        } else {
            append(UInt8(ascii: ","))
        }
        if indent != nil { newLine() }
    }

    /// Begins a member of the object that is container number `depth`.
    func beginMember(_ key: String, depth: Int) {
        beginElement(depth: depth)
        write(key)
        append(UInt8(ascii: ":"))
        if indent != nil { append(UInt8(ascii: " ")) }
    }

    /// The same for a name that is known to need no escapes.
    func beginMember(_ key: StaticString, depth: Int) {
        beginElement(depth: depth)
        append(UInt8(ascii: "\""))
        append(key)
        append("\":")
        if indent != nil { append(UInt8(ascii: " ")) }
    }

    private func newLine() {
        guard let indent else { return }
        append(0x0A)
        for _ in 0..<depth { for byte in indent { append(byte) } }
    }

    /// Types that are not written through Codable.
    enum Route {
        case codable, dictionary, direct
    }

    /// How to write a type, remembered because asking the runtime is slow.
    func route<T>(_ type: T.Type) -> Route {
        let id = ObjectIdentifier(type)
        for known in state.pointee.routes where known.type == id { return known.route }
        let route: Route =
            type is any JSONWritable.Type ? .direct : type is any SortedDictionary.Type ? .dictionary : .codable
        if state.pointee.routes.count < 64 { state.pointee.routes.append((id, route)) }
        return route
    }

    // MARK: Bytes

    @inline(__always)
    func append(_ byte: UInt8) {
        if state.pointee.count == state.pointee.capacity { grow(by: 1) }
        state.pointee.base[state.pointee.count] = byte
        state.pointee.count += 1
    }

    @inline(__always)
    func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        if state.pointee.capacity - state.pointee.count < bytes.count { grow(by: bytes.count) }
        (state.pointee.base + state.pointee.count).update(from: start, count: bytes.count)
        state.pointee.count += bytes.count
    }

    func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(never)
    private func grow(by needed: Int) {
        let larger = max(state.pointee.capacity * 2, state.pointee.count + needed)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: state.pointee.base, count: state.pointee.count)
        state.pointee.base.deallocate()
        state.pointee.base = moved
        state.pointee.capacity = larger
    }
}
