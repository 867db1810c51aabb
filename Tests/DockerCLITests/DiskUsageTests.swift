import Testing

@testable import DockerCLI

/// Answers that docker 28.2.2's client was given too; the figures are those that it printed.
@Suite struct DiskUsageTests {
    private static let usage = """
        {"LayersSize":16430000,"Images":[
        {"Containers":1,"Created":1,"Id":"sha256:\(String(repeating: "a", count: 64))","Labels":null,"ParentId":"",
        "RepoDigests":[],"RepoTags":["busybox:latest","busybox:1"],"SharedSize":1000000,"Size":4800000},
        {"Containers":0,"Created":1,"Id":"sha256:\(String(repeating: "b", count: 64))","Labels":null,"ParentId":"",
        "RepoDigests":[],"RepoTags":[],"SharedSize":1000000,"Size":12630000}],
        "Containers":[
        {"Id":"\(String(repeating: "c", count: 64))","Names":["/web"],"Image":"busybox","ImageID":"x","Command":"top",
        "Created":1,"Ports":[],"SizeRw":212,"SizeRootFs":4800212,"Labels":{},"State":"running","Status":"Up 5 minutes",
        "HostConfig":{},"NetworkSettings":{"Networks":{}},
        "Mounts":[{"Type":"volume","Name":"data","Source":"","Destination":"/d","Driver":"local","Mode":"","RW":true,
        "Propagation":""}]},
        {"Id":"\(String(repeating: "d", count: 64))","Names":["/old"],"Image":"busybox","ImageID":"x","Command":"sh",
        "Created":1,"Ports":[],"SizeRw":1000,"SizeRootFs":4801000,"Labels":{},"State":"exited",
        "Status":"Exited (0) 2 hours ago","HostConfig":{},"NetworkSettings":{"Networks":{}},"Mounts":[]}],
        "Volumes":[
        {"CreatedAt":"2026-01-02T03:04:05Z","Driver":"local","Labels":null,"Mountpoint":"/v/data/_data","Name":"data",
        "Options":null,"Scope":"local","UsageData":{"RefCount":1,"Size":36}},
        {"Driver":"local","Labels":{"a":"b"},"Mountpoint":"/v/idle/_data","Name":"idle","Options":null,"Scope":"local",
        "UsageData":{"RefCount":0,"Size":2500}}],
        "BuildCache":[]}
        """

    private func docker(_ flags: String...) throws -> String {
        let engine = try FakeEngine(200, Self.usage)
        defer { engine.close() }
        let (requests, text, code) = try engine.docker(["system", "df"] + flags)
        #expect(requests.map(\.line) == ["GET /system/df"] && code == 0)
        return text
    }

    @Test func whatIsUsedAndWhatIsNot() throws {
        #expect(
            try docker() == """
                TYPE                TOTAL               ACTIVE              SIZE                RECLAIMABLE
                Images              2                   1                   16.43MB             12.63MB (76%)
                Containers          2                   1                   1.212kB             1kB (82%)
                Local Volumes       2                   1                   2.536kB             2.5kB (98%)
                Build Cache         0                   0                   0B                  0B

                """)
        #expect(try docker("--format", "{{.Type}}={{.Reclaimable}}").hasPrefix("Images=12.63MB (76%)\n"))
        #expect(
            try docker("--format", "json").split(separator: "\n").first.map(String.init)
                == #"{"Active":"1","Reclaimable":"12.63MB (76%)","Size":"16.43MB","TotalCount":"2","Type":"Images"}"#)
    }

    @Test func eachObjectHasALine() throws {
        let blocks = try docker("-v").split(separator: "\n\n", omittingEmptySubsequences: false)
        #expect(blocks.count == 8)
        func words(_ block: Int, _ line: Int) -> [String] {
            let lines = blocks[block].split(separator: "\n")
            // Columns are three blanks apart.
            return lines[line].split(separator: "  ").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
        }
        #expect(blocks[0] == "Images space usage:" && blocks[2] == "Containers space usage:")
        #expect(
            words(1, 0)
                == ["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "SHARED SIZE", "UNIQUE SIZE", "CONTAINERS"])
        #expect(Array(words(1, 1).suffix(4)) == ["4.8MB", "1MB", "3.8MB", "1"])
        #expect(Array(words(1, 2).prefix(3)) == ["<none>", "<none>", "bbbbbbbbbbbb"])
        #expect(Array(words(3, 1).prefix(5)) == ["cccccccccccc", "busybox", "\"top\"", "1", "212B"])
        #expect(words(5, 0) == ["VOLUME NAME", "LINKS", "SIZE"] && words(5, 1) == ["data", "1", "36B"])
        #expect(blocks[6] == "Build cache usage: 0B")
        #expect(words(7, 0) == ["CACHE ID", "CACHE TYPE", "SIZE", "CREATED", "LAST USED", "USAGE", "SHARED"])
    }

    @Test func templatesSeeEverything() throws {
        #expect(
            try docker("-v", "--format", "{{range .Volumes}}{{.Name}}:{{.Links}} {{end}}{{len .Images}}")
                == "data:1 idle:0 2\n")
        #expect(try docker("-v", "--format", "json").contains(#""UniqueSize":"3.8MB""#))
    }
}

@Suite struct ImagePruneTests {
    private func engine() throws -> FakeEngine {
        try FakeEngine(
            200, #"{"ImagesDeleted":[{"Untagged":"a:1"},{"Deleted":"sha256:1"}],"SpaceReclaimed":1500000}"#)
    }

    @Test func pruneAsksFirst() throws {
        let engine = try engine()
        defer { engine.close() }
        let no = try engine.docker(["image", "prune"], input: "n\n")
        #expect(no.requests.isEmpty && no.code == 0)
        #expect(
            no.text == "WARNING! This will remove all dangling images.\nAre you sure you want to continue? [y/N] ")
        let all = try engine.docker(["image", "prune", "-a"], input: "y\n")
        #expect(
            all.text == """
                WARNING! This will remove all images without at least one container associated to them.
                Are you sure you want to continue? [y/N] Deleted Images:
                untagged: a:1
                deleted: sha256:1

                Total reclaimed space: 1.5MB

                """)
        #expect(
            all.requests.map(\.line) == ["POST /images/prune?filters=%7B%22dangling%22:%7B%22false%22:true%7D%7D"])
    }

    @Test func filtersGoAlong() throws {
        let engine = try engine()
        defer { engine.close() }
        let (requests, _, _) = try engine.docker(["image", "prune", "-f", "--filter", "until=10m"])
        #expect(
            requests.map(\.line) == [
                "POST /images/prune?filters=%7B%22until%22:%7B%2210m%22:true%7D%2C%22dangling%22:%7B%22true%22:true%7D%7D"
            ])
    }

    @Test func nothingIsNothing() throws {
        let engine = try FakeEngine(200, #"{"ImagesDeleted":null,"SpaceReclaimed":0}"#)
        defer { engine.close() }
        #expect(try engine.docker(["image", "prune", "-f"]).text == "Total reclaimed space: 0B\n")
    }
}
