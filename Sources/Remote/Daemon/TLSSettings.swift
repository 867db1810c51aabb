internal import DaemonConfiguration
internal import LinuxSystem
internal import NIOSSL
internal import Primitives

/// `--tls`, `--tlsverify` and the three files.
enum TLSSettings {
    /// Nil without TLS. Errors: `badParameter` with Docker's texts for files that can't be used.
    static func context(_ configuration: DaemonConfiguration) throws -> NIOSSLContext? {
        guard configuration.usesTLS || configuration.verifiesClients else { return nil }
        let certificates: [NIOSSLCertificateSource]
        let key: NIOSSLPrivateKeySource
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(configuration.tlsCertificate).map { .certificate($0) }
            key = .privateKey(try NIOSSLPrivateKey(file: configuration.tlsKey, format: .pem))
        } catch {
            throw EngineError(
                .badParameter,
                "Could not load X509 key pair (\(configuration.tlsCertificate), \(configuration.tlsKey)): \(error)")
        }
        var tls = TLSConfiguration.makeServerConfiguration(certificateChain: certificates, privateKey: key)
        tls.minimumTLSVersion = .tlsv12
        // HTTP/2 can't be hijacked.
        tls.applicationProtocols = ["http/1.1"]
        if configuration.verifiesClients {
            guard HostFile.exists(configuration.tlsCA) else {
                throw EngineError(.badParameter, "Could not read CA certificate: \(configuration.tlsCA): no such file")
            }
            tls.trustRoots = .file(configuration.tlsCA)
            tls.certificateVerification = .noHostnameVerification
        }
        return try NIOSSLContext(configuration: tls)
    }
}
