internal import NIOSSL
internal import Primitives

/// How a client proves who it is and whom it believes (`--tlsverify` and its files).
public struct TLSIdentity: Sendable, Hashable {
    /// PEM files.
    public var authority: String
    public var certificate: String
    public var key: String
    /// Whether the server has to prove who it is.
    public var verifies: Bool

    public init(authority: String, certificate: String, key: String, verifies: Bool) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.verifies = verifies
    }

    /// Errors: `badParameter` for files that can't be used. `hasCertificate`: the two files are to be read.
    func context(hasCertificate: Bool) throws(EngineError) -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        tls.certificateVerification = verifies ? .fullVerification : .none
        if verifies {
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
            } catch {
                throw EngineError(.badParameter, "Couldn't read CA cert \"\(authority)\": \(error)", cause: error)
            }
        }
        do {
            if hasCertificate {
                tls.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            }
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw EngineError(
                .badParameter, "Couldn't load X509 key pair: \(error). Key encrypted?", cause: error)
        }
    }
}
