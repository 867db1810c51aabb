internal import APIModel
internal import EngineClient
internal import OrderedJSON
internal import Primitives

/// `SERVICE[.NETWORK]`: the network is what follows the last dot.
struct ServiceWord: Equatable {
    var service: String
    /// Empty when none is named.
    var network: String

    init(_ text: String) {
        let dot = text.lastIndex(of: ".")
        service = String(text[..<(dot ?? text.endIndex)])
        network = dot.map { String(text[text.index(after: $0)...]) } ?? ""
    }
}

extension Invocation {
    /// Speaks the last version that had these services.
    var serviceClient: EngineClient { client.speaking(APIVersion(1, 20)) }

    /// The service that a word names, by its name or the beginning of its id. Errors: none, or several.
    func service(_ text: String) throws -> ServiceResource {
        let word = ServiceWord(text)
        if !word.network.isEmpty { try checkNetwork(word.network) }
        for filter in ["name", "partial-id"] {
            var query = Query()
            query[filter] = word.service
            let found = try serviceClient.decode([ServiceResource].self, "GET", "/services\(query.text)").filter {
                word.network.isEmpty || $0.network == word.network
            }
            guard found.count <= 1 else {
                throw CommandFailure("Service \(word.service) is published on several networks: name one")
            }
            if let service = found.first { return service }
        }
        let place = word.network.isEmpty ? "any network" : "network \(word.network)"
        throw CommandFailure("Service \(word.service) not found on \(place)")
    }

    private func checkNetwork(_ name: String) throws {
        do throws(EngineError) {
            try client.call("GET", "/networks/\(EngineClient.escape(name))")
        } catch {
            guard error.kind == .notFound else { throw error }
            throw CommandFailure("Network \(name) does not exist")
        }
    }

    /// A container's full id.
    func containerID(_ name: String) throws -> String {
        try client.json("GET", "/containers/\(EngineClient.escape(name))/json")["Id"]?.stringValue ?? name
    }
}
