import Testing

@testable import DockerCLI

/// Expected values are Go's and those of Docker's `archive` package.
@Suite struct CopyPathTests {
    @Test func argumentsAreSplitAtTheirColon() {
        let cases: [(String, String, String)] = [
            ("box:/a", "box", "/a"), ("box:a:b", "box", "a:b"), ("/x:y", "", "/x:y"), ("./x:y", "", "./x:y"),
            ("../x:y", "", "../x:y"), ("plain", "", "plain"), ("-", "", "-"), ("h/c:/a", "h/c", "/a"), (":x", "", "x"),
        ]
        for (argument, container, path) in cases {
            let found = CopyPath.split(argument)
            #expect((found.container, found.path) == (container, path), "\(argument)")
        }
    }

    @Test func pathsAreCleanedAsGoDoes() {
        let cases = [
            ("", "."), ("/", "/"), ("//a//b/", "/a/b"), ("/a/./b/../c", "/a/c"), ("/..", "/"), ("a/../..", ".."),
            ("a/..", "."), ("../a", "../a"), ("/a/b/.", "/a/b"),
        ]
        for (path, clean) in cases { #expect(CopyPath.clean(path) == clean, "\(path)") }
    }

    @Test func partsOfPaths() {
        let cases = [
            ("/a/b", "/a", "b"), ("/a/b/", "/a", "b"), ("/a/b/.", "/a/b", "."), ("/", "/", "/"), ("/a", "/", "a"),
            (".", ".", "."), ("a", ".", "a"),
        ]
        for (path, folder, name) in cases {
            let found = CopyPath.entry(path)
            #expect((found.folder, found.name) == (folder, name), "\(path)")
        }
    }

    @Test func endsKeepTheirMeaning() {
        #expect(CopyPath.keepingEnd(of: "x/", "/w/x") == "/w/x/")
        #expect(CopyPath.keepingEnd(of: "x/.", "/w/x") == "/w/x/.")
        #expect(CopyPath.keepingEnd(of: ".", "/w") == "/w/.")
        #expect(CopyPath.keepingEnd(of: "/", "/") == "/")
        #expect(CopyPath.keepingEnd(of: "/.", "/") == "/.")
        #expect(CopyPath.resolved("/l", to: "/d/f") == ("/d/f", "l"))
        #expect(CopyPath.resolved("/l/", to: "/d/l") == ("/d/l/", nil))
        #expect(CopyPath.resolved("/l/.", to: "/d") == ("/d/.", nil))
    }

    @Test func aPlanSaysWhereAndUnderWhichName() throws {
        let file = CopySource(path: "/s/f", isFolder: false, newName: nil)
        let tree = CopySource(path: "/s/d", isFolder: true, newName: nil)
        let contents = CopySource(path: "/s/d/.", isFolder: true, newName: nil)
        func plan(_ source: CopySource, _ path: String, _ isFolder: Bool?, _ name: String) throws -> [String] {
            let plan = try CopyPlan(source, to: CopyTarget(path: path, isFolder: isFolder))
            return [plan.folder, String(decoding: plan.renamed(Array(name.utf8)), as: UTF8.self)]
        }
        #expect(try plan(file, "/t", true, "f") == ["/t", "f"])
        #expect(try plan(file, "/t/g", false, "f") == ["/t", "g"])
        #expect(try plan(file, "/t/g", nil, "f") == ["/t", "g"])
        #expect(try plan(tree, "/t/new", nil, "d/x") == ["/t", "new/x"])
        #expect(try plan(tree, "/t", true, "d/x") == ["/t", "d/x"])
        #expect(try plan(contents, "/t/new", nil, "./x") == ["/t", "new/x"])
        for (source, path, isFolder, message) in [
            (tree, "/t/f", false as Bool?, "cannot copy directory"), (file, "/t/new/", nil, "no such directory"),
        ] {
            #expect {
                try CopyPlan(source, to: CopyTarget(path: path, isFolder: isFolder))
            } throws: {
                ($0 as? CommandFailure)?.message == message
            }
        }
    }
}
