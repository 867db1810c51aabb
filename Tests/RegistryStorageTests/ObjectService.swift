import Foundation
import S3Storage
import Synchronization

/// The S3 service of the acceptance tests (Tests/Acceptance/harness/objects.py), one for all tests of this process.
///
/// It ends when its input does, which is when this process ends, however that comes.
final class ObjectService: Sendable {
    struct Trouble: Error {
        let text: String
    }

    private static let running = Mutex<Result<ObjectService, Trouble>?>(nil)
    private static let tests = Mutex(0)

    private let port: Int
    private let process: Mutex<Process>
    private let input: Pipe

    /// A bucket's settings, with a folder of the test's own.
    static func settings() throws -> S3Settings {
        let service = try running.withLock { running in
            let result = running ?? start()
            running = result
            return try result.get()
        }
        let number = tests.withLock { count in
            count += 1
            return count
        }
        var settings = S3Settings(
            bucket: "images", region: "eu-central-1",
            keys: AccessKeys(id: "AKIAMARTLETTESTS", secret: "a/secret+of=tests"))
        settings.endpoint = "http://127.0.0.1:\(service.port)"
        settings.root = "test/\(number)"
        settings.chunkSize = 5 << 20
        (settings.copyThreshold, settings.copyChunkSize) = (8 << 20, 5 << 20)
        return settings
    }

    private init(port: Int, process: Process, input: Pipe) {
        self.port = port
        self.process = Mutex(process)
        self.input = input
    }

    private static func start() -> Result<ObjectService, Trouble> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let process = Process()
        process.executableURL = root.appending(path: ".venv/bin/python")
        process.arguments = ["-B", root.appending(path: "Tests/Acceptance/harness/objects.py").path]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        do { try process.run() } catch { return .failure(Trouble(text: "\(error); run scripts/setup.sh")) }
        var line = Data()
        while !line.contains(10) {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return .failure(Trouble(text: "the S3 service does not start")) }
            line += more
        }
        guard let port = Int(String(decoding: line.dropLast(), as: UTF8.self)) else {
            return .failure(Trouble(text: "the S3 service says no port"))
        }
        return .success(ObjectService(port: port, process: process, input: input))
    }
}
