import Glibc
import HostSystem
import Primitives
import Testing

/// Answers one connection on a unix socket with fixed bytes, and keeps what it was sent up to the end of the head.
final class StubEngine: Sendable {
    let path: String
    private let listener: Int32

    init() throws {
        path = "/tmp/engine-stub-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).sock"
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(listener, 8) == 0)
    }

    deinit {
        close(listener)
        unlink(path)
    }

    /// Serves one connection on a thread of its own; the result gives the request once it is over.
    func serve(_ answer: String, awaiting ending: String = "\r\n\r\n") -> Served {
        let served = Served()
        let thread = Thread(listener: listener, answer: Array(answer.utf8), ending: Array(ending.utf8), served: served)
        thread.start()
        return served
    }

    final class Served: @unchecked Sendable {
        private var pair: [Int32] = [-1, -1]
        fileprivate var request: [UInt8] = []

        init() { pipe(&pair) }
        deinit { for end in pair { close(end) } }

        fileprivate func finish(_ request: [UInt8]) {
            self.request = request
            var byte: UInt8 = 1
            _ = write(pair[1], &byte, 1)
        }

        func text() -> String {
            var byte: UInt8 = 0
            _ = read(pair[0], &byte, 1)
            return String(decoding: request, as: UTF8.self)
        }
    }

    private final class Thread: Sendable {
        let listener: Int32
        let answer: [UInt8]
        let ending: [UInt8]
        let served: Served

        init(listener: Int32, answer: [UInt8], ending: [UInt8], served: Served) {
            (self.listener, self.answer, self.ending, self.served) = (listener, answer, ending, served)
        }

        func start() {
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    Unmanaged<Thread>.fromOpaque(argument).takeRetainedValue().run()
                    return nil
                }, Unmanaged.passRetained(self).toOpaque())
            pthread_detach(thread)
        }

        private func run() {
            let connection = Descriptor(accept(listener, nil, nil))
            var request: [UInt8] = []
            while !request.suffix(ending.count).elementsEqual(ending), let part = try? connection.read(), !part.isEmpty
            {
                request += part
            }
            try? connection.write(answer)
            connection.closeNow()
            served.finish(request)
        }
    }
}
