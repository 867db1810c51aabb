internal import LayerFS

/// Bytes that end with an error once a sign is raised: what comes of a few compressed ones may have no end in sight.
final class StoppableSource: ByteSource {
    private let source: any ByteSource
    private let stop: StopSign

    init(_ source: any ByteSource, _ stop: StopSign) {
        self.source = source
        self.stop = stop
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try stop.check()
        return try source.read(into: buffer)
    }
}
