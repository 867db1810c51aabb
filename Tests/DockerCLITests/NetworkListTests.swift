import OrderedJSON
import Testing

@testable import DockerCLI

/// What is printed is what docker 28.2.2 prints, in columns of 1.6's width.
@Suite struct NetworkListTests {
    private static let networks = """
        [{"Name":"web10","Id":"\(String(repeating: "a", count: 64))","Created":"2026-01-02T03:04:05.123456789Z",
        "Scope":"local","Driver":"bridge","EnableIPv4":true,"EnableIPv6":false,"Internal":true,"Labels":{}},
        {"Name":"web2","Id":"\(String(repeating: "b", count: 64))","Created":"2026-01-02T03:04:05Z",
        "Scope":"global","Driver":"macvlan","EnableIPv4":false,"EnableIPv6":true,"Internal":false,
        "Labels":{"b":"2","a":"1"}},
        {"Name":"Zoo","Id":"cc","Created":"","Scope":"local","Driver":"null","Labels":null}]
        """

    private func listed(_ flags: String...) throws -> (line: String?, text: String) {
        let engine = try FakeEngine(200, Self.networks)
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["network", "ls"] + flags)
        #expect(code == 0 && requests.count == 1)
        return (requests.first?.line, text)
    }

    @Test func namesAreInNaturalOrder() throws {
        #expect(
            try listed().text == """
                NETWORK ID          NAME                DRIVER              SCOPE
                cc                  Zoo                 null                local
                bbbbbbbbbbbb        web2                macvlan             global
                aaaaaaaaaaaa        web10               bridge              local

                """)
        let names = ["b", "a10", "a2", "a02b", "", "a", "B", "a2b"]
        #expect(names.sorted(by: NaturalOrder.isLess) == ["", "B", "a", "a2", "a02b", "a2b", "a10", "b"])
    }

    @Test func idsAloneMayBeWhole() throws {
        #expect(try listed("-q").text == "cc\nbbbbbbbbbbbb\naaaaaaaaaaaa\n")
        let whole = "cc\n\(String(repeating: "b", count: 64))\n\(String(repeating: "a", count: 64))\n"
        #expect(try listed("-q", "--no-trunc").text == whole)
        #expect(try listed("-q", "--format", "table").text == "cc\nbbbbbbbbbbbb\naaaaaaaaaaaa\n")
    }

    @Test func templatesHaveDockersKeys() throws {
        #expect(
            try listed("--format", #"{{.Name}} {{.IPv4}} {{.IPv6}} {{.Internal}} {{.Label "a"}} {{.Labels}}"#).text
                == "Zoo false false false  \nweb2 false true false 1 a=1,b=2\nweb10 true false true  \n")
        #expect(
            try listed("--format", #"table {{.Name}}\t{{.IPv6}}\t{{.Internal}}\t{{.CreatedAt}}"#).text == """
                NAME      IPV6      INTERNAL   CREATED AT
                Zoo       false     false\("      ")
                web2      true      false      2026-01-02 03:04:05 +0000 UTC
                web10     false     true       2026-01-02 03:04:05.123456789 +0000 UTC

                """)
        #expect(
            try listed("--format", "json").text.split(separator: "\n").dropFirst().first.map(String.init)
                == #"{"CreatedAt":"2026-01-02 03:04:05 +0000 UTC","Driver":"macvlan","ID":"bbbbbbbbbbbb","IPv4":"false","#
                + #""IPv6":"true","Internal":"false","Labels":"a=1,b=2","Name":"web2","Scope":"global"}"#)
    }

    @Test func filtersAreSent() throws {
        let expected: JSONValue = ["driver": ["bridge": true, "null": true], "name": ["x": true]]
        var query = Query()
        try query.filters(["driver=bridge", "driver=null", "Name = x", ""])
        var same = Query()
        same["filters"] = expected.text()
        #expect(query.text == same.text)
        #expect(try listed("-f", "name=x").line == "GET /networks?filters=%7B%22name%22:%7B%22x%22:true%7D%7D")
    }

    @Test(arguments: [
        ("2026-01-02T03:04:05.1Z", "2026-01-02 03:04:05.1 +0000 UTC"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02 03:04:05 +0200 +0200"),
        ("0001-01-01T00:00:00Z", "0001-01-01 00:00:00 +0000 UTC"), ("yesterday", "yesterday"), ("", ""),
    ])
    func timesAreGos(_ given: String, _ shown: String) { #expect(GoTime.text(rfc3339: given) == shown) }
}

@Suite struct NetworkRemovalTests {
    private func engine() throws -> FakeEngine {
        try FakeEngine { line in
            switch line {
            case "DELETE /networks/busy": (403, #"{"message":"network busy has active endpoints"}"#)
            case "DELETE /networks/gone": (404, #"{"message":"network gone not found"}"#)
            case _ where line.hasPrefix("POST /networks/prune"): (200, #"{"NetworksDeleted":["one","two"]}"#)
            default: (204, "")
            }
        }
    }

    @Test func removalGoesOnAfterAFailure() throws {
        let engine = try engine()
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["network", "rm", "busy", "gone", "web"])
        #expect(requests.map(\.line) == ["busy", "gone", "web"].map { "DELETE /networks/\($0)" })
        #expect(
            text == """
                Error response from daemon: network busy has active endpoints
                Error response from daemon: network gone not found
                web

                """)
        #expect(code == 1)
    }

    @Test func forceMissesNothing() throws {
        let engine = try engine()
        defer { engine.close() }
        let missing = try engine.docker(["network", "remove", "-f", "gone", "web"])
        #expect(missing.text == "web\n" && missing.code == 0)
        #expect(try engine.docker(["network", "rm", "--force", "busy"]).code == 1)
    }

    @Test func pruneAsksFirst() throws {
        let question =
            "WARNING! This will remove all custom networks not used by at least one container.\n"
            + "Are you sure you want to continue? [y/N] "
        let engine = try engine()
        defer { engine.close() }
        for no in ["", "\n", "n\n", "yes\n"] {
            let (requests, text, code) = try engine.docker(["network", "prune"], input: no)
            #expect(requests.isEmpty && text == question && code == 0)
        }
        for yes in ["y\n", " Y \nn\n", "y"] {
            let (requests, text, _) = try engine.docker(["network", "prune"], input: yes)
            #expect(requests.map(\.line) == ["POST /networks/prune"])
            #expect(text == question + "Deleted Networks:\none\ntwo\n\n")
        }
        let (requests, text, _) = try engine.docker(["network", "prune", "-f", "--filter", "until=10m"])
        #expect(requests.map(\.line) == ["POST /networks/prune?filters=%7B%22until%22:%7B%2210m%22:true%7D%7D"])
        #expect(text == "Deleted Networks:\none\ntwo\n\n")
    }

    @Test func pruneSaysNothingOfNothing() throws {
        let engine = try FakeEngine(200, #"{"NetworksDeleted":null}"#)
        defer { engine.close() }
        let (_, text, code) = try engine.docker(["network", "prune", "-f"])
        #expect(text == "" && code == 0)
    }
}
