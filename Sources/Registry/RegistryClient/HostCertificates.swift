internal import HostSystem
internal import ImageModel
internal import NIOSSL

/// How TLS is spoken with one host: with certificates from its folder of `certs.d` (Docker's names: `*.crt` authorities,
/// `x.cert` and `x.key` of a client).
enum HostCertificates {
    /// Errors: `unreachable`, naming the file that can't be used.
    static func configuration(
        for authority: String, in folder: String, isVerified: Bool
    ) throws(RegistryError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["http/1.1"]
        if !isVerified { configuration.certificateVerification = .none }
        // A name with a slash or dots for a name is none of a host's.
        guard !authority.contains("/"), authority != ".", authority != ".." else { return configuration }
        let place = folder + "/" + authority
        let names = FolderListing.names(place)
        for name in names where name.hasSuffix(".crt") {
            configuration.additionalTrustRoots.append(.certificates(try certificates(place + "/" + name)))
        }
        for name in names where name.hasSuffix(".cert") {
            try addClient(String(name.dropLast(".cert".count)), names, place, &configuration)
        }
        for name in names where name.hasSuffix(".key") && !names.contains(name.dropLast(".key".count) + ".cert") {
            throw RegistryError(
                .unreachable,
                "missing client certificate \(name.dropLast(".key".count)).cert for key \(name)")
        }
        return configuration
    }

    private static func addClient(
        _ name: String, _ names: [String], _ place: String, _ configuration: inout TLSConfiguration
    ) throws(RegistryError) {
        guard names.contains(name + ".key") else {
            throw RegistryError(
                .unreachable,
                "missing key \(name).key for client certificate \(name).cert. "
                    + "CA certificates must use the extension .crt")
        }
        configuration.certificateChain = try certificates("\(place)/\(name).cert").map { .certificate($0) }
        do {
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: "\(place)/\(name).key", format: .pem))
        } catch {
            throw RegistryError(.unreachable, "can't read the key \(place)/\(name).key")
        }
    }

    private static func certificates(_ path: String) throws(RegistryError) -> [NIOSSLCertificate] {
        do { return try NIOSSLCertificate.fromPEMFile(path) } catch {
            throw RegistryError(.unreachable, "can't read the certificate \(path)")
        }
    }
}
