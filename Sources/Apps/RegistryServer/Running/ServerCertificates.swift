internal import HostSystem
internal import NIOSSL
internal import Primitives

extension HTTPSettings.TLS {
    /// Of a file of certificates, in bytes.
    private static let longest = 4 << 20

    /// Errors: `badParameter` for files that can't be used, by key and path.
    func makeContext() throws(EngineError) -> NIOSSLContext {
        let chain = try certificates("certificate", certificate)
        let key = try privateKey()
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        if !clientCAs.isEmpty {
            var authorities: [NIOSSLCertificate] = []
            for path in clientCAs { authorities += try certificates("clientcas", path) }
            tls.trustRoots = .certificates(authorities)
            tls.certificateVerification = .noHostnameVerification
        }
        tls.minimumTLSVersion = minimum == "tls1.3" ? .tlsv13 : .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        do { return try NIOSSLContext(configuration: tls) } catch {
            throw Self.failure("key", "\(self.key) does not belong to \(certificate)", error)
        }
    }

    private func certificates(_ name: String, _ path: String) throws(EngineError) -> [NIOSSLCertificate] {
        let bytes = try Self.read(name, path)
        do {
            let found = try NIOSSLCertificate.fromPEMBytes(bytes)
            if !found.isEmpty { return found }
        } catch {
            throw Self.failure(name, "\(path) holds no certificate in PEM", error)
        }
        throw Self.failure(name, "\(path) holds no certificate in PEM")
    }

    private func privateKey() throws(EngineError) -> NIOSSLPrivateKey {
        let bytes = try Self.read("key", key)
        do { return try NIOSSLPrivateKey(bytes: bytes, format: .pem) } catch {
            throw Self.failure("key", "\(key) holds no private key in PEM", error)
        }
    }

    private static func read(_ name: String, _ path: String) throws(EngineError) -> [UInt8] {
        let bytes: [UInt8]?
        do throws(EngineError) { bytes = try PrivateFile.read(path, limit: longest) } catch {
            throw failure(name, error.message, error)
        }
        guard let bytes else { throw failure(name, "open \(path): No such file or directory") }
        return bytes
    }

    private static func failure(_ name: String, _ reason: String, _ cause: (any Error)? = nil) -> EngineError {
        EngineError(.badParameter, "configuration: 'http.tls.\(name)': \(reason)", cause: cause)
    }
}
