/// An own answer while it is written (RFC 1035 4.1).
struct Answer {
    private let query: Query
    var writer: MessageWriter

    /// Starts with the header and the question; the room must have the 271 bytes that these take at most.
    init(_ query: Query, _ message: UnsafeRawBufferPointer, _ writer: MessageWriter) {
        self.query = query
        self.writer = writer
        let fits = self.writer.header(of: query.header) && self.writer.question(query, in: message)
        precondition(fits, "an answer has room for its question")
        if query.extended != nil { self.writer.reserveExtension() }
    }

    /// Says that there was more than fits.
    mutating func cut() { writer.markTruncated() }

    /// Ends the message and gives its length.
    mutating func finish(_ code: ResponseCode) -> Int {
        writer.setCode(code)
        if let extended = query.extended { _ = writer.extended(extended, code) }
        return writer.count
    }

    /// The answer to what is no query that could be read: a header alone. Gives its length.
    static func refusal(
        _ header: MessageHeader, _ code: ResponseCode, _ room: UnsafeMutableRawBufferPointer
    ) -> Int {
        var writer = MessageWriter(room, limit: room.count)
        _ = writer.header(of: header)
        writer.setCode(code)
        return writer.count
    }

    /// An answer without records, where there is no other. Gives its length.
    static func empty(
        to query: Query, _ message: UnsafeRawBufferPointer, _ code: ResponseCode, truncated: Bool = false,
        into room: UnsafeMutableRawBufferPointer
    ) -> Int {
        var answer = Answer(query, message, MessageWriter(room, limit: room.count))
        if truncated { answer.cut() }
        return answer.finish(code)
    }
}
