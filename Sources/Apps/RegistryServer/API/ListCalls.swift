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

    func listReferrers(_ call: RegistryCall, _ name: RepositoryName, _ digest: Digest) async throws -> Answer {
        var found = try await contents.referrers(of: digest, in: name)
        var headers = [("Content-Type", ManifestMediaType.index)]
        if let type = call.query["artifactType"] {
            found = found.filter { $0.artifactType == type }
            headers.append(("OCI-Filters-Applied", "artifactType"))
        }
        let index: JSONValue = [
            "schemaVersion": 2, "mediaType": .string(ManifestMediaType.index),
            "manifests": .array(found.map(\.descriptor)),
        ]
        return .whole(.init(status: 200, headers: headers, body: index.serialized()))
    }
}
