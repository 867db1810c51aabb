internal import APIModel
internal import Primitives

/// What the client does as a step of the build, as the engine does not see it. Names are BuildKit's.
struct ClientStep {
    private static let prefix = "client:"

    private let name: String
    private let work: String
    /// Of no engine's step.
    private let digest: String
    private let start: Timestamp
    private var told: Timestamp

    private init(_ name: String, _ work: String, _ digest: String, _ now: Timestamp) {
        (self.name, self.work, self.digest) = (name, work, Self.prefix + digest)
        (start, told) = (now, now)
    }

    /// The sending of the contexts.
    static func context(_ now: Timestamp) -> ClientStep {
        ClientStep("[internal] load build context", "transferring context:", "context", now)
    }

    /// The fetching of a result, the `number`th.
    static func result(_ type: String, number: Int, _ now: Timestamp) -> ClientStep {
        switch type {
        case "local": ClientStep("exporting to client directory", "copying files", "\(number)", now)
        case "tar": ClientStep("exporting to client tarball", "sending tarball", "\(number)", now)
        default: ClientStep("exporting to \(type) image format", "sending tarball", "\(number)", now)
        }
    }

    /// Whether a step is the client's own, by its clock.
    static func `is`(_ vertex: BuildVertex) -> Bool { vertex.digest.hasPrefix(prefix) }

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
        var vertex = BuildVertex(digest: digest, name: name)
        (vertex.started, vertex.completed) = (start.description, end?.description)
        var status = BuildStatus()
        status.vertexes = [vertex]
        return status
    }

    private func part(_ count: Int64, _ now: Timestamp, end: Timestamp?) -> BuildVertexStatus {
        var part = BuildVertexStatus(id: work, vertex: digest, current: count)
        (part.timestamp, part.started, part.completed) = (now.description, start.description, end?.description)
        return part
    }
}
