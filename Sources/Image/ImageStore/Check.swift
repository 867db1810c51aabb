internal import GraphDrivers
internal import ImageModel
internal import LayerFS
internal import LinuxSystem
public import Primitives

/// What a look at one object of the store found.
public struct StoreFinding: Sendable, Hashable {
    public enum Kind: String, Sendable {
        case blob, layer, image, name, container
    }

    public var kind: Kind
    /// A digest, an image's name, a container's id.
    public var name: String
    /// Nil: it is as it should be.
    public var problem: String?
}

extension ImageStore {
    /// Compares everything that is kept with what it should be: each blob with its digest, each layer's tar, as its files
    /// give it now, with its diff id, and the rows with the files and with each other. Nothing is changed, and what goes away in the meantime is
    /// no problem. `report` gets every object that was looked at; by giving false it ends the look.
    public func check(_ report: (StoreFinding) -> Bool) throws(EngineError) {
        let check = StoreCheck(store: self, table: table)
        do {
            for finding in [check.blobs, check.layers, check.images, check.names, check.containers] {
                guard try finding(report) else { return }
            }
        } catch {
            throw storeError(error)
        }
    }
}

/// The looks, each over one kind. They give false when nobody wants to know more.
private struct StoreCheck {
    let store: ImageStore
    /// As it was at the beginning.
    let table: ImageTable

    typealias Report = (StoreFinding) -> Bool

    func blobs(_ report: Report) throws -> Bool {
        try [store.folder.blobs, store.folder.pulled].allSatisfy { try blobs(in: $0, report) }
    }

    private func blobs(in folder: String, _ report: Report) throws -> Bool {
        // Files under way have another ending until they are whole.
        for name in try HostDirectory.entries(folder).sorted() where !name.hasSuffix(".new") {
            let path = "\(folder)/\(name)"
            let problem = Result { try Self.hash(path) }
            guard HostFile.exists(path) else { continue }
            let text: String? =
                switch problem {
                case .success(let hex): hex == name ? nil : "its content has the digest sha256:\(hex)"
                case .failure(let error): "it can't be read: \(error)"
                }
            guard report(StoreFinding(kind: .blob, name: "sha256:" + name, problem: text)) else { return false }
        }
        return true
    }

    private static func hash(_ path: String) throws -> String {
        let source = FDSource(FDBox(try HostFile.openForReading(path)))
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try source.read(into: buffer), count > 0 {
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        return hash.hex
    }

    func layers(_ report: Report) -> Bool {
        for row in table.layers.values.sorted(by: { $0.chainID < $1.chainID }) {
            let problem = problem(of: row)
            guard store.table.layers[row.chainID] != nil else { continue }
            guard report(StoreFinding(kind: .layer, name: row.chainID.description, problem: problem)) else {
                return false
            }
        }
        return true
    }

    private func problem(of row: ImageTable.LayerRow) -> String? {
        if let parent = row.parent, table.layers[parent] == nil { return "the layer below it is missing: \(parent)" }
        guard ChainID.next(row.diffID, on: row.parent) == row.chainID else {
            return "its name is not that of \(row.diffID) on \(row.parent?.description ?? "nothing")"
        }
        guard store.driver.exists(id: row.driverID) else { return "its files are missing (\(row.driverID))" }
        do {
            try store.writeTar(of: row, to: Nowhere())
            return nil
        } catch {
            return "\(storeError(error).message)"
        }
    }

    func images(_ report: Report) -> Bool {
        for (id, row) in table.images.sorted(by: { $0.key < $1.key }) {
            let problem = problem(of: id, row)
            guard store.table.images[id] != nil else { continue }
            guard report(StoreFinding(kind: .image, name: id.description, problem: problem)) else { return false }
        }
        return true
    }

    private func problem(of id: Digest, _ row: ImageTable.ImageRow) -> String? {
        guard let bytes = store.folder.readBlob(id, limit: ImageConfig.maximumSize),
            let config = try? ImageConfig(parsing: bytes)
        else { return "its configuration is missing or can't be read" }
        guard config.chainIDs == row.chainIDs else { return "its layers are not those of its configuration" }
        return row.chainIDs.first { table.layers[$0] == nil }.map { "it lacks a layer: \($0)" }
    }

    func names(_ report: Report) -> Bool {
        for (name, id) in table.tags.sorted(by: { $0.key < $1.key }) where store.table.tags[name] == id {
            let problem = table.images[id] == nil ? "there is no image \(id)" : nil
            guard report(StoreFinding(kind: .name, name: name, problem: problem)) else { return false }
        }
        return true
    }

    func containers(_ report: Report) -> Bool {
        for (id, chainID) in table.containers.sorted(by: { $0.key < $1.key }) {
            let problem = problem(ofContainer: id, on: chainID)
            guard store.table.containers[id] != nil else { continue }
            guard report(StoreFinding(kind: .container, name: id, problem: problem)) else { return false }
        }
        return true
    }

    private func problem(ofContainer id: String, on chainID: Digest?) -> String? {
        guard store.driver.exists(id: id) else { return "its files are missing" }
        if let chainID, table.layers[chainID] == nil { return "the layer below it is missing: \(chainID)" }
        return nil
    }
}

/// Takes bytes and keeps none.
private final class Nowhere: ByteSink {
    func write(_ bytes: UnsafeRawBufferPointer) {}
}
