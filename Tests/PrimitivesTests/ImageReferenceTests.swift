import Primitives
import Testing

private let hex = String(repeating: "0123456789abcdef", count: 4)

@Suite struct ImageReferenceTests {
    struct Case: Sendable {
        var text: String
        var familiar: String
        var canonical: String
    }

    @Test(arguments: [
        Case(text: "busybox", familiar: "busybox", canonical: "docker.io/library/busybox"),
        Case(text: "library/busybox:1", familiar: "busybox:1", canonical: "docker.io/library/busybox:1"),
        Case(text: "docker.io/library/x", familiar: "x", canonical: "docker.io/library/x"),
        Case(text: "index.docker.io/u/x", familiar: "u/x", canonical: "docker.io/u/x"),
        Case(text: "host:5000/x", familiar: "host:5000/x", canonical: "host:5000/x"),
        Case(text: "localhost/x:t", familiar: "localhost/x:t", canonical: "localhost/x:t"),
        Case(text: "x.y/a/b_c__d/e-f", familiar: "x.y/a/b_c__d/e-f", canonical: "x.y/a/b_c__d/e-f"),
        Case(text: "[::1]:5000/x", familiar: "[::1]:5000/x", canonical: "[::1]:5000/x"),
        Case(text: "a@sha256:\(hex)", familiar: "a@sha256:\(hex)", canonical: "docker.io/library/a@sha256:\(hex)"),
        Case(text: "h:1/a:t@sha256:\(hex)", familiar: "h:1/a:t@sha256:\(hex)", canonical: "h:1/a:t@sha256:\(hex)"),
    ])
    func reads(_ sample: Case) throws {
        let reference = try ImageReference(parsing: sample.text)
        #expect(reference.familiar == sample.familiar)
        #expect(reference.canonical == sample.canonical)
    }

    @Test(arguments: [
        ("", "invalid reference format"), (":tag", "invalid reference format"), ("a:", "invalid reference format"),
        ("Busy", "invalid reference format: repository name (library/Busy) must be lowercase"),
        ("a/../b", "invalid reference format"), ("http://a/b", "invalid reference format"),
        ("-a", "invalid reference format"), ("a:-x", "invalid reference format"), ("a..b", "invalid reference format"),
        (hex, "invalid repository name (\(hex)), cannot specify 64-byte hexadecimal strings"),
        ("a@sha256:12", "invalid checksum digest length"), ("a@x", "invalid reference format"),
        (String(repeating: "a", count: 300), "repository name must not be more than 255 characters"),
        ("a:" + String(repeating: "t", count: 129), "invalid reference format"),
    ])
    func refuses(text: String, message: String) {
        let error = #expect(throws: EngineError.self) { try ImageReference(parsing: text) }
        #expect(error?.message == message)
        #expect(error?.kind == .badParameter)
    }

    @Test func theDefaultTagIsLatest() throws {
        #expect(try ImageReference(parsing: "a").withDefaultTag.familiar == "a:latest")
        #expect(try ImageReference(parsing: "a@sha256:\(hex)").withDefaultTag.tag == nil)
        #expect(try ImageReference(name: "host:5000/a", tag: "x").familiar == "host:5000/a:x")
    }
}
