import Testing

@testable import DockerCLI

/// What docker 28.2.2's client asks, shows and prints.
@Suite struct SystemPruneTests {
    private func engine(build: (Int, String) = (404, #"{"message":"page not found"}"#)) throws -> FakeEngine {
        try FakeEngine { line in
            switch line {
            case _ where line.hasPrefix("POST /containers/prune"):
                (200, #"{"ContainersDeleted":["c1","c2"],"SpaceReclaimed":1500}"#)
            case _ where line.hasPrefix("POST /networks/prune"): (200, #"{"NetworksDeleted":["web"]}"#)
            case _ where line.hasPrefix("POST /volumes/prune"):
                (200, #"{"VolumesDeleted":null,"SpaceReclaimed":77}"#)
            case _ where line.hasPrefix("POST /images/prune"):
                (200, #"{"ImagesDeleted":[{"Untagged":"x:1"},{"Deleted":"sha256:d"}],"SpaceReclaimed":2000000}"#)
            case _ where line.hasPrefix("POST /build/prune"): build
            default: (500, "")
            }
        }
    }

    @Test func itAsksFirst() throws {
        let engine = try engine()
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["system", "prune"], input: "n\n")
        #expect(requests.isEmpty && code == 0)
        #expect(
            text == """
                WARNING! This will remove:
                  - all stopped containers
                  - all networks not used by at least one container
                  - all dangling images
                  - unused build cache

                Are you sure you want to continue? [y/N] 
                """)
        let filters = ["--filter", "until=24h", "--filter", "label!=keep"]
        #expect(
            try engine.docker(["system", "prune", "-a"] + filters).text == """
                WARNING! This will remove:
                  - all stopped containers
                  - all networks not used by at least one container
                  - all images without at least one container associated to them
                  - all build cache

                  Items to be pruned will be filtered with:
                  - label!=keep
                  - until=24h

                Are you sure you want to continue? [y/N] 
                """)
        #expect(
            try engine.docker(["system", "prune", "--volumes"]).text
                .contains("  - all anonymous volumes not used by at least one container\n  - all dangling images\n"))
    }

    @Test func everyKindInItsTurn() throws {
        let engine = try engine(build: (200, #"{"CachesDeleted":["b1"],"SpaceReclaimed":500}"#))
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["system", "prune", "-af", "--volumes"])
        #expect(
            requests.map(\.line) == [
                "POST /containers/prune", "POST /networks/prune", "POST /volumes/prune",
                "POST /images/prune?filters=%7B%22dangling%22:%7B%22false%22:true%7D%7D", "POST /build/prune?all=1",
            ])
        #expect(code == 0)
        #expect(
            text == """
                Deleted Containers:
                c1
                c2

                Deleted Networks:
                web

                Deleted Images:
                untagged: x:1
                deleted: sha256:d

                Deleted build cache objects:
                b1

                Total reclaimed space: 2.002MB

                """)
    }

    @Test func filtersGoToEveryKind() throws {
        let engine = try engine()
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["system", "prune", "-f", "--filter", "label=a=b"])
        let label = "%22label%22:%7B%22a%3Db%22:true%7D"
        let sent = "filters=%7B\(label)%7D"
        #expect(
            requests.map(\.line) == [
                "POST /containers/prune?\(sent)", "POST /networks/prune?\(sent)",
                "POST /images/prune?filters=%7B\(label)%2C%22dangling%22:%7B%22true%22:true%7D%7D",
                "POST /build/prune?\(sent)",
            ])
        // An engine without builds has no cache of theirs.
        #expect(code == 0 && text.hasSuffix("\nTotal reclaimed space: 2.002MB\n"))
    }

    @Test func whatGoesWrongEndsIt() throws {
        let engine = try engine(build: (500, #"{"message":"no"}"#))
        defer { engine.close() }
        #expect(try engine.docker(["system", "prune", "-f"]).code == 1)
        let (requests, text, code) = try engine.docker(["system", "prune", "-f", "--volumes", "--filter", "until=1h"])
        #expect(requests.isEmpty && code == 1)
        #expect(text == "ERROR: The \"until\" filter is not supported with \"--volumes\"\n")
    }

    @Test func containersAlone() throws {
        let engine = try engine()
        defer { engine.close() }
        #expect(
            try engine.docker(["container", "prune"], input: "y").text
                == "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] "
                + "Deleted Containers:\nc1\nc2\n\nTotal reclaimed space: 1.5kB\n")
    }
}
