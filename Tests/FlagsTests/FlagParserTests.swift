import Testing

@testable import Flags

@Suite struct FlagParserTests {
    private let parser = FlagParser([
        Flag("i", "interactive", help: "Keep STDIN open"),
        Flag("t", "tty", help: "Allocate a pseudo-TTY"),
        Flag("rm", help: "Remove it"),
        Flag("p", "publish", kind: .list, help: "Publish"),
        Flag("n", "name", kind: .text, help: "Name"),
        Flag("c", "cpu-shares", kind: .integer, default: "0", help: "Shares"),
    ])

    @Test func valuesInAllForms() throws {
        let values = try parser.parse(["--name=a", "-p", "80:80", "--publish", "81", "-p=82", "-c", "0x10", "image", "-i"])
        #expect(values.text("name") == "a")
        #expect(values.list("publish") == ["80:80", "81", "82"])
        #expect(values.integer("cpu-shares") == 16)
        #expect(values.arguments == ["image", "-i"])
        #expect(!values.bool("interactive"))
    }

    @Test func clustersOfLetters() throws {
        let values = try parser.parse(["-itp", "80:80", "x"])
        #expect(values.bool("interactive") && values.bool("tty") && values.list("publish") == ["80:80"])
    }

    @Test func boolsTakeTheirValueWithEqualsOnly() throws {
        #expect(try parser.parse(["--rm=false", "x"]).bool("rm") == false)
        let values = try parser.parse(["--rm", "false"])
        #expect(values.bool("rm") && values.arguments == ["false"])
    }

    @Test func twoDashesEndTheFlags() throws {
        #expect(try parser.parse(["--", "-i"]).arguments == ["-i"])
    }

    @Test func theLastScalarWinsAndQuotesGo() throws {
        #expect(try parser.parse(["--name=a", "--name='b c'"]).text("name") == "b c")
        #expect(try parser.parse(["--name=''"]).text("name") == "")
    }

    @Test(arguments: [
        (["-x"], "flag provided but not defined: -x"), (["--nope"], "flag provided but not defined: --nope"),
        (["-p80:80"], "flag provided but not defined: -p80:80"), (["--name"], "flag needs an argument: --name"),
    ])
    func mistakesAreToldWithCodeTwo(_ words: [String], _ message: String) {
        #expect(throws: UsageError(message, exitCode: 2)) { try parser.parse(words) }
    }

    @Test func badBoolsAndNumbersAreRefused() {
        #expect { try parser.parse(["--rm=maybe"]) } throws: {
            ($0 as? UsageError)?.message.hasPrefix("invalid boolean value \"maybe\" for  --rm") == true
        }
        #expect { try parser.parse(["-c", "many"]) } throws: { ($0 as? UsageError)?.exitCode == 2 }
    }
}
