internal import ImageStore
internal import LinuxSystem
public import Primitives

extension Engine {
    public func export(_ name: String) async throws(EngineError) -> ByteChannel {
        let record = try containers.find(name).record
        do {
            var pair = try SocketPair(buffer: SocketPair.archiveBytes)
            let output = FDBox(pair.takeFirst())
            let channel = ByteChannel(pair.takeSecond())
            try transfers.submit { [self] in
                // The archive's reader sees a failure as a stream that ends before its trailer.
                attempt("export \(record.name)") { try images.export(containerLayer: record.id, to: output.fd) }
            }
            publish("export", record)
            return channel
        } catch {
            throw EngineError(wrapping: error)
        }
    }
}
