internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

extension Response {
    static let jsonType = ("Content-Type", "application/json")
    static let textType = ("Content-Type", "text/plain; charset=utf-8")

    /// Docker's answer for unknown paths and wrong methods alike.
    static func notFound(for target: RequestTarget) -> Response {
        target.wantsJSONErrors
            ? message("page not found", status: 404) : text("404 page not found\n", status: 404)
    }

    static func failure(_ error: EngineError, for target: RequestTarget) -> Response {
        let status = error.kind.httpStatus
        if status == 304 { return Response(status: 304) }
        let message = error.message.trimmed
        return target.wantsJSONErrors ? .message(message, status: status) : text(message + "\n", status: status)
    }

    static func text(_ text: String, status: Int = 200) -> Response {
        Response(status: status, headers: [textType], body: Array(text.utf8))
    }

    private static func message(_ text: String, status: Int) -> Response {
        let body = JSONValue.object(["message": .string(text)]).serialized()
        return Response(status: status, headers: [jsonType], body: body + [UInt8(ascii: "\n")])
    }

    static let noContent = Response(status: 204)
    static let empty = Response(status: 200)
}
