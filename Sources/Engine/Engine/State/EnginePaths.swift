/// Where things are. `root` lasts; `run` is what a reboot may lose.
struct EnginePaths: Sendable {
    let root: String
    let run: String

    var database: String { root + "/martlet.db" }
    var containers: String { root + "/containers" }
    var volumes: String { root + "/volumes" }
    var temporary: String { root + "/tmp" }
    /// The contexts of builds, while they go on.
    var contexts: String { root + "/contexts" }
    /// What could not be read is moved here, never deleted.
    var lost: String { root + "/lost" }
    var lock: String { root + "/engine.lock" }
    var bundles: String { run + "/containers" }
    /// Secrets of builds, while a command may see them.
    var secrets: String { run + "/secrets" }
    /// What commands of builds keep for the next ones.
    var buildCache: String { root + "/build-cache" }
    /// What builds have fetched by URL.
    var buildDownloads: String { root + "/build-downloads" }

    func container(_ id: String) -> String { containers + "/" + id }
    func log(_ id: String) -> String { container(id) + "/\(id)-json.log" }
    func bundle(_ id: String) -> String { bundles + "/" + id }
}
