internal import APIModel
internal import Dockerfile
internal import LayerFS
internal import LinuxSystem
internal import Primitives

/// The contexts of one build.
struct BuildContexts: Sendable {
    var main: BuildContext
    /// Those with files, by `NamedContexts.key`.
    var named: [String: BuildContext] = [:]

    /// The context that a mount or a copy names; empty is the main one. Nil when it is none.
    subscript(name: String) -> BuildContext? { name.isEmpty ? main : named[NamedContexts.key(name)] }

    var all: [BuildContext] { [main] + named.values }
}

extension Engine {
    /// More named contexts than this are refused.
    private static let mostContexts = 100

    /// Takes all contexts of a build, those of the body first. Errors: those of `receiveContext`; nothing is left then.
    func receiveContexts(
        _ request: BuildRequest, body: ByteChannel?, progress: @escaping ProgressReport
    ) async throws(EngineError) -> BuildContexts {
        guard request.contexts.count <= Self.mostContexts else {
            throw EngineError(.badParameter, "a build has \(Self.mostContexts) named contexts at most")
        }
        let names = request.contexts.map { NamedContexts.key($0.name) }
        guard Set(names).count == names.count else {
            throw EngineError(.badParameter, "a named context is given twice")
        }
        var received: [BuildContext] = []
        do throws(EngineError) {
            let isFramed = request.contexts.contains { $0.source.isEmpty }
            let frames = try isFramed ? framedBody(body) : nil
            let main: BuildContext
            if let frames, let body, request.remote == nil {
                main = try await receive(.main(dockerfile: request.dockerfile), from: frames, of: body)
            } else {
                main = try await receiveContext(request, body: isFramed ? nil : body, progress: progress)
            }
            received.append(main)
            var contexts = BuildContexts(main: main)
            for context in request.contexts where !context.source.hasPrefix(BuildContextName.imagePrefix) {
                let named = try await receive(context, frames, body, progress)
                received.append(named)
                contexts.named[NamedContexts.key(context.name)] = named
            }
            return contexts
        } catch {
            for context in received { discard(context) }
            throw error
        }
    }

    private func framedBody(_ body: ByteChannel?) throws(EngineError) -> FramedContexts {
        guard let input = body?.takeFD() else { throw EngineError(.badParameter, "the contexts are missing") }
        return FramedContexts(FDSource(FDBox(input)))
    }

    private func receive(
        _ context: BuildContextName, _ frames: FramedContexts?, _ body: ByteChannel?,
        _ progress: @escaping ProgressReport
    ) async throws(EngineError) -> BuildContext {
        do throws(EngineError) {
            if context.source.isEmpty, let frames, let body {
                return try await receive(.named(context.name), from: frames, of: body)
            }
            return try await receive(.named(context.name)) { reception throws(EngineError) in
                try await fetch(context.source, reception, progress)
            }
        } catch {
            throw EngineError(error.kind, "context \(context.name): \(error.message)", cause: error)
        }
    }

    private func receive(
        _ purpose: ContextPurpose, from frames: FramedContexts, of body: ByteChannel
    ) async throws(EngineError) -> BuildContext {
        try await receive(purpose) { reception throws(EngineError) in
            try await transfers.run {
                do {
                    let next = frames.next()
                    return try reception.read(next, form: ContextForm.init) { try frames.skip() }
                } catch {
                    try body.checkIsWhole()
                    throw EngineError(wrapping: error)
                }
            }
        }
    }
}
