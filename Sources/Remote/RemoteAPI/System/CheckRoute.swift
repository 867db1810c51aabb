internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// An object a line; an answer that does not end as it should is no result.
func checkStore(_ call: Call) async throws(EngineError) -> Response? {
    let writer = call.exchange.stream(status: 200, headers: call.headers("application/json"))
    do throws(EngineError) {
        try await call.backend.checkStore { object in
            guard let bytes = try? OrderedJSONEncoder(style: call.style).encode(object) else { return }
            writer.post(bytes + [UInt8(ascii: "\n")])
        }
    } catch {
        let failure: JSONValue = ["error": .string(error.message)]
        writer.post(failure.serialized() + [UInt8(ascii: "\n")])
    }
    writer.finish()
    return nil
}
