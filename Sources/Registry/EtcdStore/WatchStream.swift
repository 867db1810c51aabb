internal import AsyncHTTPClient
internal import KeyValueStore
internal import NIOCore
internal import NIOHTTP1
internal import OrderedJSON
internal import Synchronization

/// Reads the stream of a watch, a message a line, and tells a `StoreWatch`. Called on the store's event loop.
///
/// The watch is not held: its end ends the stream.
final class WatchStream: HTTPClientResponseDelegate {
    /// A message has at most so many bytes: one transaction's changes.
    private static let lineLimit = 16 << 20

    private weak let watch: StoreWatch?
    private let line = Mutex<[UInt8]>([])

    init(_ watch: StoreWatch) { self.watch = watch }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        if head.status != .ok { end("\(head.status)") }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let (lines, isTooLong) = line.withLock { line in
            line += buffer.readableBytesView
            return (Self.takeLines(&line), line.count > Self.lineLimit)
        }
        for line in lines { tell(line) }
        if isTooLong { end("a message is too long") }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) { end("\(error)") }

    func didFinishRequest(task: HTTPClient.Task<Void>) { end("the connection was closed") }

    private func tell(_ line: [UInt8]) {
        switch (try? JSONValue(parsing: line)).flatMap(EtcdAnswer.message) {
        case .created?: break
        case .changes(let changes)?: watch?.tell(changes)
        case .ended(let reason)?: end(reason)
        case nil: end("a message can't be read")
        }
    }

    private func end(_ reason: String) { watch?.end(reason) }

    private static func takeLines(_ bytes: inout [UInt8]) -> [[UInt8]] {
        guard let last = bytes.lastIndex(of: 10) else { return [] }
        let lines = bytes[..<last].split(separator: 10).map(Array.init)
        bytes.removeFirst(last + 1)
        return lines
    }
}
