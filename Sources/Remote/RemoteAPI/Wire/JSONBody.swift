internal import HTTPServer
internal import OrderedJSON
internal import Primitives

extension Call {
    /// Larger than any request; what streams (archives) isn't read here.
    static let maximumJSON = 8 << 20

    /// The body as a tree; nil when there is none. `checksType` false takes any content type.
    ///
    /// Errors: `badParameter`, in the words of Docker's daemon.
    func jsonBody(checksType: Bool = true) async throws(EngineError) -> JSONValue? {
        if checksType { try checkJSONType() }
        let body = try await collect(limit: Self.maximumJSON)
        guard !body.isEmpty else { return nil }
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw Self.wording(error)
        }
    }

    private static func wording(_ error: JSONError) -> EngineError {
        // The parser reads one document; Docker names what follows it differently from other mistakes.
        if error.message.hasSuffix("after top-level value") {
            return EngineError(.badParameter, "unexpected content after JSON")
        }
        // Go's decoder and its unmarshaller differ in this one text.
        let message = error.message == "unexpected end of JSON input" ? "unexpected EOF" : error.message
        return EngineError(.badParameter, "invalid JSON: \(message)")
    }

    private var hasBody: Bool {
        let request = exchange.request
        return request.header("transfer-encoding") != nil || (request.header("content-length") ?? "0") != "0"
    }

    /// No type is fine for no body only; parameters such as a charset are.
    func checkJSONType() throws(EngineError) {
        let type = exchange.request.header("content-type") ?? ""
        if type.isEmpty && !hasBody { return }
        guard mediaType(type) == "application/json" else {
            throw EngineError(.badParameter, "Content-Type specified (\(type)) must be 'application/json'")
        }
    }

    /// Decodes a tree. Errors: `badParameter` that names the field.
    func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) throws(EngineError) -> T {
        do {
            return try OrderedJSONDecoder().decode(type, from: value)
        } catch let error as JSONError {
            throw EngineError(.badParameter, "invalid JSON: \(error.message)")
        } catch {
            throw EngineError(.badParameter, "invalid JSON: \(error)")
        }
    }

    static let noBody = EngineError(.badParameter, "invalid JSON: got EOF while reading request body")
}

extension JSONValue {
    /// Makes a list of a member that may be one word, as `Cmd` and `Entrypoint` are.
    mutating func listify(_ keys: [String], expandingJSON: Bool) {
        guard case .object(var object) = self else { return }
        for entry in object.entries where keys.contains(entry.key.lowercased()) {
            guard case .string(let word) = entry.value else { continue }
            if expandingJSON, let list = try? JSONValue(parsing: word), list.arrayValue != nil {
                object[entry.key] = list
            } else {
                object[entry.key] = .array([.string(word)])
            }
        }
        self = .object(object)
    }

    /// The member with this name, case ignored, as Go finds it.
    func member(_ name: String) -> JSONValue? {
        if let exact = self[name] { return exact }
        let lower = name.lowercased()
        return objectValue?.entries.first { $0.key.lowercased() == lower }?.value
    }
}
