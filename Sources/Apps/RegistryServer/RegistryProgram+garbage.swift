internal import Flags
internal import HostSystem
internal import Primitives
internal import RegistryStorage
internal import Synchronization

extension RegistryProgram {
    private static let garbageFlags = [
        Flag("d", "dry-run", help: "say what would go"), Flag("m", "delete-untagged", help: "untagged manifests go"),
        Flag("q", "quiet", help: "say less"), Flag("grace", kind: .text, help: "keep what is younger"),
    ]

    /// Collects garbage once; the exit code.
    func collectGarbage(_ words: ArraySlice<String>) throws -> Int32 {
        let values = try FlagParser(Self.garbageFlags).parse(words)
        if values.wantsHelp {
            try Descriptor.output.write(Self.usage)
            return 0
        }
        var options = GarbageCollection.Options()
        options.isDryRun = values.bool("dry-run")
        options.deletesUntagged = values.bool("delete-untagged")
        if values.isSet("grace") {
            guard let nanoseconds = TimeText.goDuration(values.text("grace")), nanoseconds >= 0 else {
                throw UsageError("--grace has to be a duration such as 1h", exitCode: 2)
            }
            options.grace = .nanoseconds(nanoseconds)
        }
        let configuration = try configuration(values.arguments)
        let store = RegistryStore(driver: try configuration.storage.makeDriver(), cachesManifests: false)
        let collection = GarbageCollection(store: store, options: options)
        let report = try waitFor {
            do {
                let report = try await collection.run()
                await store.driver.shutDown()
                return report
            } catch {
                await store.driver.shutDown()
                throw error
            }
        }
        try Descriptor.output.write(Self.text(report, options, quiet: values.bool("quiet")))
        return 0
    }

    private static func text(
        _ report: GarbageCollection.Report, _ options: GarbageCollection.Options, quiet: Bool
    ) -> String {
        var text = ""
        if !quiet {
            text +=
                "\(report.repositories) repositories, \(report.keptManifests) manifests and \(report.keptBlobs) blobs kept\n"
        }
        let verb = options.isDryRun ? "eligible for deletion" : "deleted"
        for manifest in report.manifests { text += "manifest \(verb): \(manifest)\n" }
        for blob in report.blobs { text += "blob \(verb): \(blob)\n" }
        if report.youngBlobs > 0 {
            text +=
                "\(report.youngBlobs) blobs without a manifest kept: they are younger than the grace of "
                + "\(report.grace.components.seconds)s (--grace)\n"
        }
        return text
            + "\(report.manifests.count) manifests and \(report.blobs.count) blobs \(verb), \(report.bytes) bytes\n"
    }

    /// The program's only work: its main thread may wait.
    private func waitFor<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) throws -> Result {
        let (done, signal) = try Connection.pair()
        let box = Outcome<Result>()
        // Ends before this returns.
        Task.detached {
            let result: Swift.Result<Result, any Error>
            do { result = .success(try await work()) } catch { result = .failure(error) }
            box.result.withLock { $0 = result }
            signal.closeNow()
        }
        _ = try done.read(limit: 1)
        done.closeNow()
        guard let result = box.result.withLock({ $0 }) else {
            throw EngineError(.internal, "the work ended without a result")
        }
        return try result.get()
    }
}

/// What work on another thread came to.
private final class Outcome<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, any Error>?>(nil)
}
