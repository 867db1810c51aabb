internal import OrderedJSON
internal import Primitives

/// A JSON object or a `badParameter` that says what could not be read.
func parseObject(_ bytes: [UInt8], _ subject: String) throws(EngineError) -> JSONObject {
    let value: JSONValue
    do {
        value = try JSONValue(parsing: bytes)
    } catch {
        throw EngineError(.badParameter, "invalid \(subject): \(error.message)")
    }
    guard let object = value.objectValue else { throw EngineError(.badParameter, "invalid \(subject): not an object") }
    return object
}

/// Decodes or says (`badParameter`) what could not be read.
func decode<T: Decodable>(_ type: T.Type, _ bytes: [UInt8], _ subject: String) throws(EngineError) -> T {
    do {
        return try OrderedJSONDecoder().decode(type, from: bytes)
    } catch {
        throw EngineError(.badParameter, "invalid \(subject): \(error)")
    }
}

/// The object with its members in byte order, as Go writes maps.
func sorted(_ object: JSONObject) -> JSONObject {
    JSONObject(
        object.entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) })
}
