internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

func containerStats(_ call: Call) async throws(EngineError) -> Response? {
    let streams = !call.speaks(19) || call.query.bool("stream", default: true)
    let isOneShot = call.speaks(41) && call.query.bool("one-shot")
    guard streams else {
        return try call.json(statsShape(try await call.backend.stats(call.name, isPrimed: !isOneShot), call))
    }
    guard !isOneShot else { throw EngineError(.badParameter, "cannot have stream=true and one-shot=true") }
    let samples = try await call.backend.watchStats(call.name)
    let writer = call.exchange.stream(status: 200, headers: call.headers("application/json"))
    for await sample in samples {
        // 1.6 had nothing to say of a container that does not run.
        if !call.speaks(21), sample.read == ContainerStats.never { continue }
        guard let bytes = try? call.json(statsShape(sample, call)).body else { continue }
        do throws(ExchangeError) { try await writer.write(bytes) } catch { break }
    }
    writer.finish()
    return nil
}

/// A sample as the caller's version has it.
private func statsShape(_ sample: ContainerStats, _ call: Call) throws(EngineError) -> JSONValue {
    let tree = try call.tree(sample)
    guard !call.speaks(21), let object = tree.objectValue else { return tree }
    return .object(oldStats(object, hasPrevious: call.speaks(19)))
}
