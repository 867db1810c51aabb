internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import OrderedJSON
internal import Primitives
internal import RegistryStorage
internal import Synchronization

/// The registry behind a mirror, asked over HTTP with the mirror's own credentials.
final class RemoteRegistry: Sendable {
    private static let documentLimit = ManifestDocument.maximumSize
    private static let patience = TimeAmount.seconds(60)
    /// What a token lives for when the service doesn't say (distribution's docs/spec/auth/token.md).
    private static let tokenLife = 60

    private let settings: ProxySettings
    private let client: HTTPClient
    /// Authorizations by what they are for.
    private let known = Mutex<[String: (header: String, until: ContinuousClock.Instant)]>([:])

    init(_ settings: ProxySettings, client: HTTPClient) {
        self.settings = settings
        self.client = client
    }

    /// The remote is not there, or doesn't do its work; what it says itself is a `RegistryError`.
    struct Unreachable: Error {
        let reason: String
    }

    /// A small answer of the remote: its headers and body. Errors: `missing` for 404, `DENIED`, `Unreachable`.
    func document(
        _ method: HTTPMethod = .GET, _ path: String, of name: RepositoryName, accept: [String] = [],
        missing: RegistryError.Code
    ) async throws -> (headers: HTTPHeaders, body: [UInt8]) {
        let response = try await ask(method, path, of: name, accept: accept, missing: missing)
        do {
            let body = try await response.body.collect(upTo: Self.documentLimit)
            return (response.headers, Array(body.readableBytesView))
        } catch {
            throw Unreachable(reason: "\(error)")
        }
    }

    /// An answer whose body is still to come.
    func ask(
        _ method: HTTPMethod, _ path: String, of name: RepositoryName, accept: [String] = [],
        missing: RegistryError.Code
    ) async throws -> HTTPClientResponse {
        var response = try await send(method, path, name, accept)
        if response.status == .unauthorized, try await authorize(response, name) {
            response = try await send(method, path, name, accept)
        }
        switch response.status.code {
        case 200..<300: return response
        case 404: throw RegistryError(missing)
        case 401, 403: throw RegistryError(.denied, "the remote registry denies access")
        case 429: throw RegistryError(.tooManyRequests)
        default: throw Unreachable(reason: "the remote answers \(response.status.code)")
        }
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ name: RepositoryName, _ accept: [String]
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: "\(settings.remote)/v2/\(name)/\(path)")
        request.method = method
        for type in accept { request.headers.add(name: "Accept", value: type) }
        if let header = authorization(name) { request.headers.add(name: "Authorization", value: header) }
        do { return try await client.execute(request, timeout: Self.patience) } catch {
            throw Unreachable(reason: "\(error)")
        }
    }

    private func authorization(_ name: RepositoryName) -> String? {
        known.withLock { known in known[name.description].flatMap { $0.until > .now ? $0.header : nil } }
    }

    /// Gets what the remote's challenge asks for; false when there is nothing to get.
    private func authorize(_ response: HTTPClientResponse, _ name: RepositoryName) async throws -> Bool {
        guard let challenge = response.headers.first(name: "www-authenticate").flatMap({ Challenge($0) }) else {
            return false
        }
        switch challenge.scheme {
        case "basic":
            guard let basic, authorization(name) == nil else { return false }
            keep(basic, for: name, seconds: 3600)
            return true
        case "bearer":
            let (token, seconds) = try await token(challenge, name)
            keep("Bearer " + token, for: name, seconds: seconds)
            return true
        default: return false
        }
    }

    private var basic: String? {
        if settings.username.isEmpty { return nil }
        return "Basic " + Base64.encoded(Array("\(settings.username):\(settings.password)".utf8))
    }

    private func keep(_ header: String, for name: RepositoryName, seconds: Int) {
        // Before its end, so that it doesn't run out on the way.
        let until = ContinuousClock.now + .seconds(max(1, seconds * 9 / 10))
        known.withLock { known in
            if known.count > 1000 { known = known.filter { $0.value.until > .now } }
            known[name.description] = (header, until)
        }
    }

    /// Distribution's docs/spec/auth/token.md.
    private func token(_ challenge: Challenge, _ name: RepositoryName) async throws -> (String, seconds: Int) {
        guard let realm = challenge.parameters["realm"], realm.hasPrefix("https://") || realm.hasPrefix("http://")
        else {
            throw Unreachable(reason: "the remote's challenge names no service")
        }
        var query = "scope=" + Self.escaped("repository:\(name):pull")
        if let service = challenge.parameters["service"] { query += "&service=" + Self.escaped(service) }
        var request = HTTPClientRequest(url: realm + (realm.contains("?") ? "&" : "?") + query)
        if let basic { request.headers.add(name: "Authorization", value: basic) }
        do {
            let response = try await client.execute(request, timeout: Self.patience)
            guard response.status == .ok else { throw Unreachable(reason: "no token: status \(response.status.code)") }
            let body = try await response.body.collect(upTo: 1 << 20)
            let answer = try JSONValue(parsing: Array(body.readableBytesView))
            guard let token = answer["token"]?.stringValue ?? answer["access_token"]?.stringValue else {
                throw Unreachable(reason: "the service gives no token")
            }
            return (token, Int(clamping: answer["expires_in"]?.integerValue ?? Int64(Self.tokenLife)))
        } catch {
            throw (error as? Unreachable) ?? Unreachable(reason: "no token: \(error)")
        }
    }

    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        return String(
            decoding: text.utf8.flatMap { byte -> [UInt8] in
                let isPlain =
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
                return isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }, as: UTF8.self)
    }
}
