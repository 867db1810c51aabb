internal import ClientProfile
internal import EngineClient
internal import Flags
internal import HostSystem
internal import OrderedJSON
internal import Primitives

extension Command {
    static let login = Command(
        "login", "[SERVER]",
        about:
            "Register or log in to a Docker registry server, if no server is\nspecified \"\(RegistryServer.hub)\" is the default.",
        count: 0...1,
        flags: [
            Flag("e", "email", kind: .text, help: "Email"),
            Flag("p", "password", kind: .text, help: "Password"),
            Flag("password-stdin", help: "Take the password from stdin"),
            Flag("u", "username", kind: .text, help: "Username"),
        ]
    ) { try LoginAttempt($0).run() }
}

/// `login`: asks for what is missing, has the engine try it, and keeps what worked.
struct LoginAttempt {
    private let invocation: Invocation
    private let server: String
    private var flags: FlagValues { invocation.flags }
    private var console: Console { invocation.console }

    init(_ invocation: Invocation) {
        self.invocation = invocation
        server = RegistryServer.key(invocation.subject)
    }

    func run() throws -> Int32 {
        var login = RegistryUser(
            username: flags.text("username"), password: try givenPassword(), email: flags.text("email"),
            serverAddress: server)
        if login.username.isEmpty && login.password.isEmpty {
            if let stored = try invocation.profile.login(at: server), stored.isComplete {
                if authenticates(stored) { return 0 }
                login.username = stored.username
            }
            login.username = try askForName(default: login.username)
        }
        if login.username.isEmpty { login.username = try askForName(default: "") }
        if login.password.isEmpty { login.password = try askForPassword() }
        try authenticate(login)
        return 0
    }

    // MARK: What is known

    private func givenPassword() throws -> String {
        let isGiven = !flags.text("password").isEmpty
        if isGiven {
            console.complain("WARNING! Using --password via the CLI is insecure. Use --password-stdin.")
        }
        guard flags.bool("password-stdin") else { return flags.text("password") }
        guard !isGiven else { throw CommandFailure("--password and --password-stdin are mutually exclusive") }
        guard !flags.text("username").isEmpty else {
            throw CommandFailure("Must provide --username with --password-stdin")
        }
        return try readPassword()
    }

    private static let longestPassword = 64 << 10

    /// Up to the end of the input, without the line end that `echo` adds.
    private func readPassword() throws -> String {
        var bytes: [UInt8] = []
        while case let part = try console.input.read(), !part.isEmpty {
            bytes += part
            guard bytes.count <= Self.longestPassword else { throw CommandFailure("the password is too long") }
        }
        if bytes.last == 10 { bytes.removeLast() }
        if bytes.last == 13 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: What is asked for

    private func checkTerminal() throws {
        guard console.input.isTerminal else {
            throw CommandFailure("Error: Cannot perform an interactive login from a non TTY device")
        }
    }

    private func askForName(default known: String) throws -> String {
        try checkTerminal()
        console.write(known.isEmpty ? "Username: " : "Username (\(known)): ")
        let typed = (console.readLine() ?? "").filter { !$0.isWhitespace }
        guard !typed.isEmpty || !known.isEmpty else { throw CommandFailure("Error: Non-null Username Required") }
        return typed.isEmpty ? known : typed
    }

    private func askForPassword() throws -> String {
        try checkTerminal()
        let typed = try console.readHiddenLine("Password: ") ?? ""
        console.write("\n")
        guard !typed.isEmpty else { throw CommandFailure("Error: Password Required") }
        return typed
    }

    // MARK: What is done

    /// Tries what is kept already; says why when it does not work any more.
    private func authenticates(_ stored: RegistryUser) -> Bool {
        console.print("Authenticating with existing credentials...")
        do {
            try authenticate(stored)
            return true
        } catch {
            console.complain("Login did not succeed, error: \(Failure.text(error))")
            return false
        }
    }

    private func authenticate(_ login: RegistryUser) throws {
        let answer = try invocation.client.json("POST", "/auth", body: JSONValue.object(login.json))
        var kept = login
        if let token = answer["IdentityToken"]?.stringValue, !token.isEmpty {
            (kept.password, kept.identityToken) = ("", token)
        }
        if case .file(let path) = try invocation.profile.store(kept) {
            console.complain("WARNING: login credentials saved in \(path).")
        }
        if let status = answer["Status"]?.stringValue, !status.isEmpty { console.print(status) }
    }
}
