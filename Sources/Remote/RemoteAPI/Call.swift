internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// One request on its way through its route.
struct Call: Sendable {
    let exchange: Exchange
    /// The version the caller speaks.
    let version: APIVersion
    /// What `{name}` of the pattern stood for.
    let name: String
    var query: Query
    let backend: any EngineBackend
    let standing: StandingHeaders

    /// Whether the caller speaks 1.`minor` or newer.
    func speaks(_ minor: Int) -> Bool { version >= APIVersion(1, minor) }

    /// Docker 1.6 and 1.7 escaped `<`, `>` and `&`; later ones don't.
    var style: JSONStyle { speaks(20) ? .compact : .goCompact }

    // MARK: Answers

    func json(_ value: some Encodable, status: Int = 200) throws(EngineError) -> Response {
        let bytes: [UInt8]
        do { bytes = try OrderedJSONEncoder(style: style).encode(value) } catch {
            throw EngineError(.internal, "the answer can't be encoded", cause: error)
        }
        return Response(status: status, headers: [Response.jsonType], body: bytes + [UInt8(ascii: "\n")])
    }

    /// The tree of an answer, for the adapters of older versions to change.
    func tree(_ value: some Encodable) throws(EngineError) -> JSONValue {
        do { return try OrderedJSONEncoder().encodeValue(value) } catch {
            throw EngineError(.internal, "the answer can't be encoded", cause: error)
        }
    }

    /// The head of an answer that is sent in pieces.
    func headers(_ type: String) -> [(String, String)] { [("Content-Type", type)] + standing.fields }

    // MARK: Forms

    private static let maximumForm = 1 << 20

    /// Puts a form's fields before the query's.
    mutating func mergeForm() async throws(EngineError) {
        guard exchange.request.method == "POST",
            mediaType(exchange.request.header("content-type") ?? "") == "application/x-www-form-urlencoded"
        else { return }
        let body = try await collect(limit: Self.maximumForm)
        query.prepend(Query(parsing: String(decoding: body, as: UTF8.self)))
    }

    /// The whole body. Errors: `badParameter` when it is too large or the client left.
    func collect(limit: Int) async throws(EngineError) -> [UInt8] {
        do {
            return try await exchange.collectBody(limit: limit)
        } catch ExchangeError.bodyTooLarge {
            throw EngineError(.badParameter, "http: request body too large (the limit is \(limit) bytes)")
        } catch {
            throw EngineError(.badParameter, "unexpected EOF: the request body ended early")
        }
    }

    /// The media type without its parameters.
    func mediaType(_ header: String) -> String {
        String(header.prefix { $0 != ";" }).trimmed.lowercased()
    }
}
