internal import NIOSSL
internal import Primitives

/// What a cluster of etcd servers that speak TLS is known by, and what they know this client by: files of PEM.
public struct EtcdCertificates: Sendable, Hashable {
    /// The authority that vouches for the servers; empty for those that the system trusts.
    public var authority: String
    /// This client's own, and its key; both or neither are empty.
    public var certificate: String
    public var key: String

    public init(authority: String, certificate: String, key: String) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
    }

    /// Errors: `badParameter` for files that can't be read.
    func configuration() throws(EngineError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        do {
            if !authority.isEmpty {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
            }
            if !certificate.isEmpty {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            }
            return configuration
        } catch {
            throw EngineError(.badParameter, "certificates of the cluster store can't be read: \(error)", cause: error)
        }
    }
}
