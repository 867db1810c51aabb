internal import APIModel
internal import EngineClient
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// Hears what the engine says of a build and hands it on: steps to a display, text to the output, the result to its place.
final class BuildListener {
    private let progress: BuildProgress
    private let console: Console
    private let fetch: BuildResultFetch
    private var steps: (any BuildDisplay)?
    private var text: ProgressDisplay
    private let meter: UploadMeter
    private var held: HeldText?
    private var id = ""
    /// What there was to be fetched.
    private(set) var result: BuildResult?

    /// `isQuiet`: nothing is shown, not even the classic text.
    init(
        _ progress: BuildProgress, _ console: Console, _ fetch: BuildResultFetch, isQuiet: Bool,
        _ variable: (String) -> String?
    ) {
        self.progress = progress
        self.console = console
        self.fetch = fetch
        steps = progress.display(on: console.error, variable)
        // The result itself may go to the output.
        let shown = fetch.outputs.takesStandardOutput ? console.error : console.output
        let output = isQuiet || progress == .quiet ? nil : shown
        text = ProgressDisplay(output)
        meter = UploadMeter(progress == .classic ? output : nil)
        held = isQuiet && progress == .classic ? HeldText() : nil
    }

    /// The image's id. Errors: what the engine says.
    func listen(
        _ path: String, _ headers: [(String, String)], _ contexts: SentContexts
    ) throws -> String {
        let body = contexts.body.map { body in
            { (upload: EngineClient.Upload) throws in try self.send(body, upload) }
        }
        do {
            try fetch.client.objects(
                path, headers: headers, body: body, idle: { try steps?.refresh(now: .now()) }, { try take($0) })
        } catch {
            try? steps?.finish(now: .now())
            if let held { try? console.error.write(held.text) }
            throw error
        }
        try steps?.finish(now: .now())
        guard fetch.outputs.fetched.isEmpty || result != nil else {
            throw CommandFailure("ERROR: the engine does not hand over what it builds")
        }
        return id
    }

    private func send(
        _ body: (_ write: @escaping ([UInt8]) throws -> Void) throws -> Void, _ upload: EngineClient.Upload
    ) throws {
        var step = ClientStep.context(.now())
        try steps?.update(step.begin, now: .now())
        try body { bytes in
            try upload.write(bytes)
            self.meter.show(upload.count)
            if let status = step.progress(upload.count, .now()) { try self.steps?.update(status, now: .now()) }
        }
        try steps?.update(step.end(upload.count, .now()), now: .now())
        meter.finish(upload.count)
    }

    /// False: nothing more is of interest.
    private func take(_ message: JSONValue) throws -> Bool {
        if let failure = failure(message) { throw failure }
        guard let aux = message["aux"] else {
            // All that a quiet classic build says.
            let word = (message["stream"]?.stringValue ?? "").filter { !$0.isWhitespace }
            if word.hasPrefix("sha256:"), id.isEmpty { id = word }
            held?.take(message["stream"]?.stringValue ?? "")
            try text.show(message)
            return true
        }
        switch message["id"]?.stringValue {
        case BuildStatus.messageID:
            try steps?.update(OrderedJSONDecoder().decode(BuildStatus.self, from: aux), now: .now())
        case BuildResult.messageID:
            try take(OrderedJSONDecoder().decode(BuildResult.self, from: aux))
            return false
        default: id = aux["ID"]?.stringValue ?? id
        }
        return true
    }

    /// The engine keeps what it has made until this returns.
    private func take(_ made: BuildResult) throws {
        result = made
        for (number, place) in fetch.outputs.fetched.enumerated() {
            var (step, count) = (ClientStep.result(place.type, number: number, .now()), Int64(0))
            try steps?.update(step.begin, now: .now())
            try fetch.fetch(made, place) { bytes in
                count += Int64(bytes)
                if let status = step.progress(count, .now()) { try self.steps?.update(status, now: .now()) }
            }
            try steps?.update(step.end(count, .now()), now: .now())
        }
    }

    private func failure(_ message: JSONValue) -> CommandFailure? {
        let detail = message["errorDetail"]
        guard let text = detail?["message"]?.stringValue ?? message["error"]?.stringValue else { return nil }
        guard progress == .classic else { return CommandFailure("ERROR: failed to build: failed to solve: \(text)") }
        let code = detail?["code"]?.integerValue ?? 0
        return CommandFailure(text, exitCode: (1...255).contains(code) ? Int32(code) : 1)
    }
}
