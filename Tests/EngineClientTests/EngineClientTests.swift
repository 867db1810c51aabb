import EngineClient
import HostSystem
import OrderedJSON
import Primitives
import Testing

@Suite struct EngineClientTests {
    private func client(_ stub: StubEngine) -> EngineClient { EngineClient(.unix(stub.path)) }

    @Test func aCallHasAVersionedPathAndReadsALengthBody() throws {
        let stub = try StubEngine()
        let served = stub.serve("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"ID\":\"abcd\"}")
        #expect(try client(stub).json("GET", "/info")["ID"] == "abcd")
        let request = served.text()
        #expect(request.hasPrefix("GET /v1.50/info HTTP/1.1\r\n"))
        #expect(request.contains("\r\nHost: "))
    }

    @Test func chunksAreJoinedAndExtensionsSkipped() throws {
        let stub = try StubEngine()
        let served = stub.serve(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n[1\r\n2\r\n,2\r\n1\r\n]\r\n0\r\n\r\n")
        #expect(try client(stub).json("GET", "/x") == [1, 2])
        _ = served.text()
    }

    @Test func largeChunksComeAsTheyWereSent() throws {
        let stub = try StubEngine()
        let chunks = [3, 70_000, 1, 300_000, 65_536, 5].map { size in
            String(decoding: (0..<size).map { UInt8(97 + ($0 + size) % 26) }, as: UTF8.self)
        }
        let body = chunks.map { String($0.utf8.count, radix: 16) + "\r\n" + $0 + "\r\n" }.joined() + "0\r\n\r\n"
        let served = stub.serve("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        #expect(try client(stub).call("GET", "/x") == Array(chunks.joined().utf8))
        _ = served.text()
    }

    @Test(arguments: [(404, EngineError.Kind.notFound), (409, .conflict), (500, .internal)])
    func statusesBecomeErrorsWithTheServersText(_ status: Int, _ kind: EngineError.Kind) throws {
        let stub = try StubEngine()
        let body = "{\"message\":\"No such thing\"}"
        let served = stub.serve("HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        #expect { try client(stub).call("POST", "/x") } throws: { error in
            guard let error = error as? EngineError else { return false }
            return error.kind == kind && error.cause is EngineAnswer
                && error.message == "No such thing"
        }
        _ = served.text()
    }

    @Test func notModifiedIsNoFailure() throws {
        let stub = try StubEngine()
        let served = stub.serve("HTTP/1.1 304 Not Modified\r\n\r\n")
        #expect(try client(stub).call("POST", "/containers/x/start").isEmpty)
        _ = served.text()
    }

    @Test func plainTextErrorsLoseTheirNewline() throws {
        let stub = try StubEngine()
        let served = stub.serve("HTTP/1.1 404 Not Found\r\n\r\nNo such container: x\n")
        #expect { try client(stub).call("POST", "/x") } throws: {
            ($0 as? EngineError)?.message == "No such container: x"
        }
        _ = served.text()
    }

    @Test func objectsNeedNoLengthAndCrossChunkBorders() throws {
        let stub = try StubEngine()
        let served = stub.serve(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\nb\r\n1}\r\n{\"a\":2}\r\n0\r\n\r\n")
        var seen: [JSONValue] = []
        try client(stub).objects("GET", "/events") { value throws(EngineError) in seen.append(value) }
        #expect(seen == [["a": 1], ["a": 2]])
        _ = served.text()
    }

    @Test(arguments: ["101 UPGRADED", "200 OK"])
    func aHijackKeepsEarlyBytes(_ status: String) throws {
        let stub = try StubEngine()
        let served = stub.serve("HTTP/1.1 \(status)\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly")
        let session = try client(stub).hijack("/containers/x/attach", tty: true)
        var bytes = session.early
        while let part = try? session.connection.read(), !part.isEmpty { bytes += part }
        session.connection.closeNow()
        #expect(String(decoding: bytes, as: UTF8.self) == "early")
        #expect(served.text().contains("Upgrade: tcp"))
    }

    @Test func aSourceIsSentInChunks() throws {
        let stub = try StubEngine()
        let served = stub.serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", awaiting: "0\r\n\r\n")
        let (left, right) = try descriptorPair()
        let writer = left
        try writer.write("tarball")
        writer.finishWriting()
        try client(stub).stream("POST", "/images/load", source: right) { _ throws(EngineError) in }
        #expect(served.text().hasSuffix("\r\n\r\n7\r\ntarball\r\n0\r\n\r\n"))
        left.closeNow()
        right.closeNow()
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", "",
    ])
    func brokenAnswersAreErrors(_ answer: String) throws {
        let stub = try StubEngine()
        let served = stub.serve(answer)
        #expect(throws: EngineError.self) { try client(stub).call("GET", "/x") }
        _ = served.text()
    }

    @Test func headsAreBounded() throws {
        let stub = try StubEngine()
        let served = stub.serve("HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 200_000))
        #expect(throws: EngineError.self) { try client(stub).call("GET", "/x") }
        _ = served.text()
    }

    @Test func nobodyThereIsToldInDockersWords() {
        #expect { try EngineClient(.unix("/nonexistent.sock")).call("GET", "/x") } throws: {
            ($0 as? EngineError)?.message == "Cannot connect to the Docker daemon. Is 'docker -d' running on this host?"
        }
    }

    @Test func addressesHaveDockersForms() throws {
        #expect(try EngineClient.Address("unix://") == .unix("/var/run/docker.sock"))
        #expect(try EngineClient.Address("tcp://h:1") == .tcp(host: "h", port: 1))
        #expect(try EngineClient.Address(":2375") == .tcp(host: "127.0.0.1", port: 2375))
        #expect(throws: EngineError.self) { try EngineClient.Address("tcp://host") }
    }

    @Test func queriesAreEscaped() {
        #expect(EngineClient.escape("a b&c=d/é") == "a%20b%26c%3Dd/%C3%A9")
    }
}

private func descriptorPair() throws -> (Descriptor, Descriptor) {
    let (left, right) = try StreamPair.make()
    return (Descriptor(try #require(left.take())), Descriptor(try #require(right.take())))
}
