internal import HTTPServer
internal import OrderedJSON
internal import Primitives
internal import RegistryStorage

extension RegistryAPI {
    func listTags(_ call: RegistryCall, _ name: RepositoryName) async throws -> Answer {
        let size = try call.pageSize()
        let page = try await contents.tags(in: name, after: call.query["last"], limit: size)
        return .json(
            ["name": .string(name.description), "tags": .array(page.names.map { .string($0) })],
            headers: next(page, size, "\(call.base)/v2/\(name)/tags/list"))
    }

    /// Distribution's list of repositories; 100 of them unless the client says.
    func listRepositories(_ call: RegistryCall) async throws -> Answer {
        let size = try call.pageSize(maximum: settings.catalogLimit) ?? min(100, settings.catalogLimit)
        let page = try await store.repositories(after: call.query["last"], limit: size)
        return .json(
            ["repositories": .array(page.names.map { .string($0) })],
            headers: next(page, size, "\(call.base)/v2/_catalog"))
    }

    /// Where the list goes on (RFC 8288); nowhere from an empty page.
    private func next(_ page: Page, _ size: Int?, _ path: String) -> [(String, String)] {
        guard page.hasMore, let size, let last = page.names.last else { return [] }
        return [("Link", "<\(path)?last=\(last.replacing("/", with: "%2F"))&n=\(size)>; rel=\"next\"")]
    }

    /// In pages of some megabytes (OCI distribution-spec 1.1, "Listing Referrers").
    func listReferrers(_ call: RegistryCall, _ name: RepositoryName, _ digest: Digest) async throws -> Answer {
        let type = call.query["artifactType"]
        let last = call.query["last"].flatMap { try? Digest(parsing: $0) }
        let page = try await contents.referrers(of: digest, in: name, artifactType: type, after: last)
        var headers = [("Content-Type", ManifestMediaType.index)]
        if type != nil { headers.append(("OCI-Filters-Applied", "artifactType")) }
        if page.hasMore, let last = page.entries.last?.digest {
            let filter = type.map { "&artifactType=" + PercentEncoding.encoded($0) } ?? ""
            let next = "\(call.base)/v2/\(name)/referrers/\(digest)?last=\(last)\(filter)"
            headers.append(("Link", "<\(next)>; rel=\"next\""))
        }
        return .whole(.init(status: 200, headers: headers, body: Self.index(page.entries)))
    }

    private static func index(_ referrers: [Referrer]) -> [UInt8] {
        var body = Array(#"{"schemaVersion":2,"mediaType":"\#(ManifestMediaType.index)","manifests":["#.utf8)
        for (number, referrer) in referrers.enumerated() {
            if number > 0 { body.append(UInt8(ascii: ",")) }
            body += referrer.descriptor
        }
        return body + "]}".utf8
    }
}
