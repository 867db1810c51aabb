internal import NIOCore
internal import Primitives

/// What can't be listened on, in the words of Go's net.
enum ListenFailure {
    static func error(_ error: any Error, _ address: ListenAddress) -> EngineError {
        EngineError(.unavailable, "listen \(text(of: address)): \(reason(error))", cause: error)
    }

    private static func text(of address: ListenAddress) -> String {
        switch address {
        case .unix(let path): "unix \(path)"
        case .tcp(let host, let port): host.contains(":") ? "tcp [\(host)]:\(port)" : "tcp \(host):\(port)"
        case .inherited(let descriptor): "on descriptor \(descriptor)"
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case SocketAddressError.unknown(let host, _): "lookup \(host): no such host"
        case let error as IOError:
            switch error.errnoCode {
            case 98: "bind: address already in use"
            case 99: "bind: cannot assign requested address"
            case 13: "bind: permission denied"
            case 2: "bind: no such file or directory"
            default: "\(error)"
            }
        default: "\(error)"
        }
    }
}
