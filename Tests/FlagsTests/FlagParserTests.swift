import Flags
import Testing

// The grammar is that of Docker 1.6's mflag package.
@Suite struct FlagParserTests {
    private let parser = FlagParser([
        Flag("i", "interactive", help: ""), Flag("t", "tty", help: ""), Flag("rm", help: ""),
        Flag("p", "publish", kind: .list, help: ""), Flag("name", kind: .text, help: ""),
        Flag("n", kind: .integer, default: "-1", help: ""), Flag("e", "env", kind: .list, help: ""),
    ])

    @Test func valuesComeAfterEqualsOrAsTheNextWord() throws {
        let values = try parser.parse(["--name=a", "-p", "1:2", "-p=3:4", "--publish", "5"])
        #expect(values.text("name") == "a")
        #expect(values.list("publish") == ["1:2", "3:4", "5"])
    }

    @Test func scalarsKeepTheLastValue() throws {
        #expect(try parser.parse(["--name", "a", "--name", "b"]).text("name") == "b")
    }

    @Test func lettersCluster() throws {
        let values = try parser.parse(["-itp", "80:80", "img"])
        #expect(values.bool("interactive") && values.bool("tty"))
        #expect(values.list("publish") == ["80:80"])
        #expect(values.arguments == ["img"])
        #expect(try parser.parse(["-it=false"]).bool("tty") == false)
    }

    @Test func aValueCannotBeGluedToItsLetter() {
        #expect(throws: UsageError("flag provided but not defined: -p80:80", exitCode: 2)) {
            try parser.parse(["-p80:80"])
        }
    }

    /// Docker's from 1.13 on: `docker rm web -f`.
    @Test func flagsMayBeMixedWithArguments() throws {
        let values = try parser.parse(["a", "-i", "b", "--name", "n", "-", "--", "-t"], mixed: true)
        #expect(values.bool("interactive") && !values.bool("tty"))
        #expect(values.text("name") == "n")
        #expect(values.arguments == ["a", "b", "-", "-t"])
        #expect(try parser.parse(["a", "-i"]).arguments == ["a", "-i"])
    }

    @Test func boolsTakeAValueOnlyAfterEquals() throws {
        #expect(try parser.parse(["--rm=false", "x"]).bool("rm") == false)
        let values = try parser.parse(["--rm", "false"])
        #expect(values.bool("rm"))
        #expect(values.arguments == ["false"])
        #expect(throws: UsageError.self) { try parser.parse(["--rm=maybe"]) }
    }

    @Test func flagsEndAtTheFirstWord() throws {
        let values = try parser.parse(["-i", "img", "--rm", "-t"])
        #expect(values.arguments == ["img", "--rm", "-t"])
        #expect(!values.bool("rm"))
        #expect(try parser.parse(["--", "-i"]).arguments == ["-i"])
        #expect(try parser.parse(["-", "-i"]).arguments == ["-", "-i"])
    }

    @Test func valuesMayStartWithADash() throws {
        #expect(try parser.parse(["-n", "-5"]).integer("n") == -5)
        #expect(try parser.parse(["-n", "0x10"]).integer("n") == 16)
        #expect(try parser.parse(["-n", "010"]).integer("n") == 8)
    }

    @Test func quotesAroundAValueAreTakenOff() throws {
        #expect(try parser.parse(["--name='x y'"]).text("name") == "x y")
        #expect(try parser.parse(["--name=''"]).text("name") == "")
    }

    @Test func mistakesEndWithTwo() {
        #expect(throws: UsageError("flag provided but not defined: --nope", exitCode: 2)) {
            try parser.parse(["--nope"])
        }
        #expect(throws: UsageError("flag needs an argument: --name", exitCode: 2)) { try parser.parse(["--name"]) }
        #expect(throws: UsageError.self) { try parser.parse(["-n", "many"]) }
    }

    @Test func helpIsAskedForByName() throws {
        #expect(try parser.parse(["--help"]).wantsHelp)
        #expect(try parser.parse(["-h"]).wantsHelp)
    }

    @Test func helpIsSortedByFirstName() {
        let lines = parser.flagHelp.split(separator: "\n").map { $0.split(separator: "=")[0] }
        #expect(
            lines == [
                "  -e, --env", "  -i, --interactive", "  -n", "  --name", "  -p, --publish", "  --rm", "  -t, --tty",
            ])
    }

    @Test func aLongNameWantsTwoDashes() throws {
        let parser = FlagParser([
            Flag("i", "interactive", help: ""), Flag("p", "publish", kind: .list, help: ""),
            Flag("ip", kind: .text, help: ""),
        ])
        let values = try parser.parse(["-ip", "80:80", "img"])
        #expect(values.bool("interactive") && values.list("publish") == ["80:80"] && !values.isSet("ip"))
    }

    @Test func olderNamesWorkAndWarn() throws {
        let parser = FlagParser([
            Flag("rm", help: "").deprecating("-rm", replacement: "--rm"),
            Flag("networking", default: "true", help: "", isHidden: true).deprecating("-n"),
        ])
        let values = try parser.parse(["-rm", "-n=false", "img"])
        #expect(values.bool("rm") && !values.bool("networking"))
        #expect(
            values.warnings == [
                "Warning: '-rm' is deprecated, it will be replaced by '--rm' soon. See usage.",
                "Warning: '-n' is deprecated, it will be removed soon. See usage.",
            ])
        #expect(try parser.parse(["--rm"]).warnings.isEmpty)
    }

    @Test func helpTextsStandInOneColumn() {
        let parser = FlagParser([
            Flag("a", help: "first"), Flag("health-start-interval", kind: .text, help: "one\ntwo"),
        ])
        // The longest head has 28 letters: three blanks behind it, and one before each text.
        let expected = [
            "  -a=false" + blanks(22) + "first", "  --health-start-interval=\"\"" + blanks(4) + "one",
            blanks(34) + "two",
        ]
        #expect(parser.flagHelp == expected.joined(separator: "\n") + "\n")
    }

    private func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
}
