internal import HTTPServer
internal import NIOCore
internal import OrderedJSON
internal import Primitives
internal import RegistryStorage

/// One request to the API, taken apart.
struct RegistryCall: Sendable {
    let exchange: Exchange
    let route: RegistryRoute
    let query: RequestQuery
    /// In front of the paths of answers: `https://host:5000/prefix`, or the prefix alone.
    let base: String
    /// Who asks, by the access control; nil for everybody.
    var actor: String?

    var request: Request { exchange.request }
    var method: String { request.method }
    var isHead: Bool { method == "HEAD" }

    func header(_ name: String) -> String? { request.header(name) }

    /// Whether a body follows the head.
    var hasBody: Bool {
        header("transfer-encoding") != nil || (header("content-length").flatMap(Int64.init) ?? 0) > 0
    }

    /// Body pieces for an upload.
    func nextPiece() async throws -> ByteBuffer? { try await exchange.nextBuffer() }

    // MARK: Places

    func blobLocation(_ name: RepositoryName, _ digest: Digest) -> String { "\(base)/v2/\(name)/blobs/\(digest)" }
    func manifestLocation(_ name: RepositoryName, _ digest: Digest) -> String {
        "\(base)/v2/\(name)/manifests/\(digest)"
    }
    func uploadLocation(_ name: RepositoryName, _ id: UploadID) -> String { "\(base)/v2/\(name)/blobs/uploads/\(id)" }

    /// The `n` of a list. Errors: `PAGINATION_NUMBER_INVALID` for what is no number, is negative or past `maximum`.
    func pageSize(maximum: Int = .max) throws(RegistryError) -> Int? {
        guard let text = query["n"] else { return nil }
        guard let number = Int(text), number >= 0, number <= maximum else {
            throw RegistryError(
                .paginationNumberInvalid,
                detail: ["n": .string(String(text.prefix(40)))])
        }
        return number
    }
}

/// The parameters of a request's URL.
struct RequestQuery: Sendable {
    private static let maximum = 100
    private var items: [(name: String, value: String)] = []

    init(_ text: some StringProtocol) {
        for part in text.split(separator: "&").prefix(Self.maximum) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pair.count > 1 ? PercentEncoding.decoded(pair[1], plusIsBlank: true) : ""
            items.append((PercentEncoding.decoded(pair[0], plusIsBlank: true), value))
        }
    }

    /// The first value; nil when it isn't given or is empty.
    subscript(name: String) -> String? {
        items.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

}

/// An answer: whole, or the bytes of something stored.
enum Answer: Sendable {
    case whole(Response)
    case content(status: Int, headers: [(String, String)], content: any StoredContent, range: Range<Int64>)

    static func json(_ value: JSONValue, headers: [(String, String)] = []) -> Answer {
        .whole(
            Response(status: 200, headers: headers + [("Content-Type", "application/json")], body: value.serialized()))
    }

    static func empty(_ status: Int, _ headers: [(String, String)] = []) -> Answer {
        .whole(Response(status: status, headers: headers))
    }
}
