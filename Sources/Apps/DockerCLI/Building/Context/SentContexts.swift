internal import APIModel
internal import EngineClient
internal import HostSystem
internal import Primitives

/// All contexts of a build, as they are sent.
struct SentContexts {
    let main: BuildSource
    let named: [NamedContext]

    /// Nil when nothing is sent. With named contexts of this host every one goes in frames.
    var body: ((_ write: @escaping ([UInt8]) throws -> Void) throws -> Void)? {
        let others = named.compactMap(\.body)
        guard !others.isEmpty else { return main.body }
        return { write in
            for body in [main.body].compactMap(\.self) + others {
                try body { bytes in if !bytes.isEmpty { try write(ContextFrames.head(bytes.count) + bytes) } }
                try write(ContextFrames.head(0))
            }
        }
    }

    /// Opens every file that would be sent, so that one that can't be read is known before anything is sent.
    func check() throws {
        if case .folder(let context) = main { try ContextPacker.check(context) }
        for context in named { if case .folder(let context) = context.content { try ContextPacker.check(context) } }
    }
}
