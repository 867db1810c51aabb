internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix

/// Why a connection failed, in the words of Go's net/http, which people know and search for.
public enum ConnectionReason {
    /// `dialled`: host and port that were asked for.
    public static func text(of error: any Error, dialled: String) -> String {
        switch error {
        case let error as NIOConnectionError: connection(error, dialled)
        // An address instead of a name is dialled without the search for one that answers.
        case let error as IOError where [101, 110, 111, 113].contains(error.errnoCode):
            "dial tcp \(dialled): connect: \(text(of: error))"
        case let error as IOError: text(of: error)
        case let error as HTTPClientError: client(error)
        case is ChannelError: "EOF"
        default: security("\(error)") ?? "\(error)"
        }
    }

    private static func connection(_ error: NIOConnectionError, _ dialled: String) -> String {
        if let failed = error.connectionErrors.first {
            let cause = (failed.error as? IOError).map(text) ?? "\(failed.error)"
            let address = failed.target.ipAddress.map { "\($0):\(failed.target.port ?? 0)" } ?? dialled
            return "dial tcp \(address): connect: \(cause)"
        }
        return "dial tcp: lookup \(error.host): no such host"
    }

    private static func text(of error: IOError) -> String {
        switch error.errnoCode {
        case 104: "connection reset by peer"
        case 110: "connection timed out"
        case 111: "connection refused"
        case 113: "no route to host"
        case 101: "network is unreachable"
        case 32: "broken pipe"
        default: "\(error)"
        }
    }

    private static func client(_ error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout, .httpProxyHandshakeTimeout, .getConnectionFromPoolTimeout: "i/o timeout"
        case .tlsHandshakeTimeout: "TLS handshake timeout"
        case .readTimeout: "net/http: timeout awaiting data"
        case .remoteConnectionClosed: "EOF"
        case .cancelled: "context canceled"
        case .proxyAuthenticationRequired: "Proxy Authentication Required"
        case .emptyHost: "http: no Host in request URL"
        // A circle is seen before it has been gone round ten times.
        case .redirectLimitReached, .redirectCycleDetected: "stopped after 10 redirects"
        default: security(error.description) ?? error.shortDescription
        }
    }

    /// TLS says what went wrong in a text only (BoringSSL's names).
    private static func security(_ text: String) -> String? {
        let upper = text.uppercased()
        if upper.contains("WRONG_VERSION_NUMBER") || upper.contains("HTTP_REQUEST") {
            return "http: server gave HTTP response to HTTPS client"
        }
        if upper.contains("CERTIFICATE_VERIFY_FAILED") || upper.contains("UNABLE TO VERIFY") {
            return "tls: failed to verify certificate: x509: certificate signed by unknown authority"
        }
        if upper.contains("UNABLETOVALIDATECERTIFICATE") || upper.contains("HOSTNAME") {
            return "tls: failed to verify certificate: x509: certificate is valid for another name"
        }
        return nil
    }
}
