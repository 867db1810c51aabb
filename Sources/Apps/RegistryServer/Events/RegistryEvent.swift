internal import HTTPServer
internal import OrderedJSON
internal import Primitives
internal import RegistryStorage

/// What happened to what, as webhooks are told (distribution's notifications).
struct RegistryEvent: Sendable {
    enum Action: String, Sendable {
        case push, pull, mount, delete
    }

    static let mediaType = "application/vnd.docker.distribution.events.v1+json"

    let action: Action
    let target: EventTarget
    let document: JSONValue

    init(_ action: Action, _ call: RegistryCall, _ target: EventTarget, source: EventSource) {
        self.action = action
        self.target = target
        document = [
            "id": .string(UploadID().description), "timestamp": .string(Timestamp.now().description),
            "action": .string(action.rawValue), "target": target.document(call),
            "request": [
                "id": .string(UploadID().description), "addr": .string(call.exchange.client ?? ""),
                "host": .string(call.header("host") ?? ""), "method": .string(call.method),
                "useragent": .string(call.header("user-agent") ?? ""),
            ],
            "actor": call.actor.map { ["name": .string($0)] } ?? [:],
            "source": ["addr": .string(source.address), "instanceID": .string(source.instance)],
        ]
    }

    /// `{"events":[…]}`
    static func envelope(_ events: [RegistryEvent]) -> [UInt8] {
        JSONValue.object(["events": .array(events.map(\.document))]).serialized()
    }
}

/// The server that tells.
struct EventSource: Sendable {
    var address: String
    /// New with each start.
    let instance = UploadID().description
}

/// What an event is about.
struct EventTarget: Sendable {
    var mediaType: String?
    var size: Int64?
    var digest: Digest?
    var repository: RepositoryName
    var fromRepository: String?
    var tag: String?
    private var isManifest = false

    init(blob digest: Digest, size: Int64, in name: RepositoryName) {
        self.init(digest: digest, in: name)
        self.size = size
        mediaType = "application/octet-stream"
    }

    init(digest: Digest, in name: RepositoryName, from source: String? = nil) {
        self.digest = digest
        repository = name
        fromRepository = source
    }

    init(tag: String, in name: RepositoryName) {
        self.tag = tag
        repository = name
    }

    init(_ manifest: StoredManifest, _ reference: ManifestReference, in name: RepositoryName) {
        self.init(digest: manifest.digest, in: name)
        mediaType = manifest.mediaType
        size = Int64(manifest.bytes.count)
        isManifest = true
        if case .tag(let tag) = reference { self.tag = tag }
    }

    func document(_ call: RegistryCall) -> JSONValue {
        var object: JSONObject = [:]
        if let mediaType { object["mediaType"] = .string(mediaType) }
        if let size {
            object["size"] = .integer(size)
            object["length"] = .integer(size)
        }
        if let digest { object["digest"] = .string(digest.description) }
        object["repository"] = .string(repository.description)
        if let fromRepository { object["fromRepository"] = .string(fromRepository) }
        if let digest, size != nil {
            let url = isManifest ? call.manifestLocation(repository, digest) : call.blobLocation(repository, digest)
            object["url"] = .string(url)
        }
        if let tag { object["tag"] = .string(tag) }
        return .object(object)
    }
}

extension RegistryAPI {
    /// Tells the webhooks, if there are any.
    func tell(_ action: RegistryEvent.Action, _ call: RegistryCall, _ target: @autoclosure () -> EventTarget) {
        guard let events else { return }
        events.send(RegistryEvent(action, call, target(), source: events.source))
    }
}
