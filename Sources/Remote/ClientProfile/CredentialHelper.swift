internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// A program that keeps secrets (`docker-credential-NAME`). A verb is its argument; everything secret goes through its
/// standard input and output.
struct CredentialHelper: Sendable {
    /// A user name that says that the secret is an identity token.
    static let tokenUser = "<token>"
    static let prefix = "docker-credential-"

    private let program: String

    /// Errors: `badParameter` for a name with a folder in it.
    init(_ name: String, prefix: String) throws(EngineError) {
        guard !name.isEmpty, name.allSatisfy({ $0 != "/" && $0 != "\\" && $0 != "\0" }) else {
            throw EngineError(.badParameter, "invalid name of a credential helper: '\(name)'")
        }
        program = prefix + name
    }

    /// Nil when it knows nothing of the server.
    func get(_ server: String) throws(EngineError) -> RegistryUser? {
        guard let output = try run("get", Array(server.utf8)) else { return nil }
        guard let answer = try? JSONValue(parsing: output), let secret = answer["Secret"]?.stringValue else {
            throw EngineError(.internal, "\(program) get: its answer can't be read")
        }
        let username = answer["Username"]?.stringValue ?? ""
        return username == Self.tokenUser
            ? RegistryUser(identityToken: secret, serverAddress: server)
            : RegistryUser(username: username, password: secret, serverAddress: server)
    }

    func store(_ login: RegistryUser) throws(EngineError) {
        let isToken = !login.identityToken.isEmpty
        let request: JSONValue = [
            "ServerURL": .string(login.serverAddress), "Username": .string(isToken ? Self.tokenUser : login.username),
            "Secret": .string(isToken ? login.identityToken : login.password),
        ]
        _ = try run("store", request.serialized())
    }

    func erase(_ server: String) throws(EngineError) { _ = try run("erase", Array(server.utf8)) }

    /// Nil for the one failure that is an answer.
    private func run(_ verb: String, _ input: [UInt8]) throws(EngineError) -> [UInt8]? {
        let outcome = try ChildProcess.run(program, [verb], input: input)
        if outcome.exitCode == 0 { return outcome.output }
        let text = String(decoding: outcome.output.prefix(1000), as: UTF8.self).filter { !$0.isNewline }
        if text.contains("credentials not found") { return nil }
        // What `get` printed might be half an answer.
        let reason = verb == "get" && text.contains("Secret") ? "" : text
        throw EngineError(
            .internal, "\(program) \(verb): " + (reason.isEmpty ? "exit status \(outcome.exitCode)" : reason))
    }
}
