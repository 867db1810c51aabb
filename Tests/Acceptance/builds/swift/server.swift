import Glibc

let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
var yes: Int32 = 1
setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
var address = sockaddr_in()
address.sin_family = sa_family_t(AF_INET)
address.sin_port = UInt16(8080).bigEndian
let bound = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
}
guard bound == 0, listen(listener, 16) == 0 else { exit(1) }
while true {
    let client = accept(listener, nil, nil)
    var request = [UInt8](repeating: 0, count: 4096)
    _ = read(client, &request, request.count)
    let page = "hello from Swift\n"
    let answer = "HTTP/1.0 200 OK\r\nContent-Length: \(page.utf8.count)\r\n\r\n\(page)"
    _ = Array(answer.utf8).withUnsafeBytes { write(client, $0.baseAddress, $0.count) }
    close(client)
}
