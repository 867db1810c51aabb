internal import APIModel
internal import Primitives

/// The sending of the context as a step of the build, which the engine does not see: BuildKit's `load build context`.
struct ContextStep {
    /// Of no engine's step.
    static let digest = "client:context"

    private let start: Timestamp
    private var told: Timestamp

    init(_ now: Timestamp) { (start, told) = (now, now) }

    var begin: BuildStatus { status(end: nil) }

    /// How far it is, now and then; nil in between. `count`: bytes so far.
    mutating func progress(_ count: Int64, _ now: Timestamp) -> BuildStatus? {
        guard now.seconds(after: told) > 0.1 else { return nil }
        told = now
        var status = BuildStatus()
        status.statuses = [part(count, now, end: nil)]
        return status
    }

    func end(_ count: Int64, _ now: Timestamp) -> BuildStatus {
        var status = status(end: now)
        status.statuses = [part(count, now, end: now)]
        return status
    }

    private func status(end: Timestamp?) -> BuildStatus {
        var vertex = BuildVertex(digest: Self.digest, name: "[internal] load build context")
        (vertex.started, vertex.completed) = (start.description, end?.description)
        var status = BuildStatus()
        status.vertexes = [vertex]
        return status
    }

    private func part(_ count: Int64, _ now: Timestamp, end: Timestamp?) -> BuildVertexStatus {
        var part = BuildVertexStatus(id: "transferring context:", vertex: Self.digest, current: count)
        (part.timestamp, part.started, part.completed) = (now.description, start.description, end?.description)
        return part
    }
}
