import Primitives
import Testing

@testable import Dockerfile

/// The rules of BuildKit's linter, with the words and lines that it prints.
@Suite struct LinterTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var text: String
        /// `Rule:line`
        var found: [String]

        init(_ text: String, _ found: String...) { (self.text, self.found) = (text, found) }

        var testDescription: String { text }
    }

    private func check(_ text: String, _ change: (inout CheckRequest) -> Void = { _ in }) -> CheckReport {
        var request = CheckRequest()
        request.platform = Platform(os: "linux", architecture: "amd64")
        change(&request)
        return Linter.check(SourceText(name: "Dockerfile", bytes: Array(text.utf8)), request)
    }

    private func found(_ report: CheckReport) -> [String] {
        report.warnings.map { "\($0.rule.name):\($0.span.lines.lowerBound)" }
    }

    static let rules = [
        Case("FROM scratch\nCOPY a b"),
        Case("FROM scratch AS Bad", "StageNameCasing:1"),
        Case("FROM scratch as b", "FromAsCasing:1"), Case("from scratch AS b", "FromAsCasing:1"),
        Case("From scratch as b\nFROM b", "ConsistentInstructionCasing:1"),
        Case("FROM scratch\nCOPY a \\\n\nb", "NoEmptyContinuation:4"),
        Case("FROM scratch\ncopy a b\nCOPY a b", "ConsistentInstructionCasing:2"),
        Case("from scratch\nCOPY a b\ncopy a b", "ConsistentInstructionCasing:2"),
        Case("FROM scratch AS b\nFROM scratch AS b", "DuplicateStageName:2"),
        Case("FROM scratch AS scratch\nFROM scratch AS context", "ReservedStageName:1", "ReservedStageName:2"),
        Case("FROM scratch\nCMD x", "JSONArgsRecommended:2"),
        Case("FROM scratch\nENTRYPOINT x", "JSONArgsRecommended:2"),
        Case("FROM scratch AS b\nSHELL [\"sh\"]\nFROM b\nCMD x"),
        Case("FROM scratch\nMAINTAINER m", "MaintainerDeprecated:2"),
        Case("FROM scratch\nWORKDIR app/", "WorkdirRelativePath:2"),
        Case("FROM scratch AS a\nWORKDIR /a\nFROM a\nWORKDIR b"),
        Case("FROM scratch\nARG foo\nCOPY a$foo ."),
        Case("FROM scratch AS a\nARG foo=x\nFROM a\nCOPY $foo ."),
        Case("FROM scratch\nCOPY $foo .\nARG foo=x", "UndefinedVar:2"),
        Case("FROM scratch\nCOPY <<E /x\n$foo '$bar'\nE", "UndefinedVar:2", "UndefinedVar:2"),
        Case("FROM scratch\nRUN echo $foo"),
        Case(
            "FROM scratch\nENTRYPOINT [\"a\"]\nCMD [\"a\"]\nHEALTHCHECK CMD a\nENTRYPOINT [\"b\"]\nCMD [\"b\"]\n"
                + "HEALTHCHECK CMD b",
            "MultipleInstructionsDisallowed:2", "MultipleInstructionsDisallowed:3", "MultipleInstructionsDisallowed:4"),
        Case("FROM scratch AS a\nCMD [\"a\"]\nFROM a\nCMD [\"b\"]"),
        Case("FROM scratch\nENV a b\nLABEL c d", "LegacyKeyValueFormat:2", "LegacyKeyValueFormat:3"),
        Case("FROM --platform=${TARGETPLATFORM} scratch", "RedundantTargetPlatform:1"),
        Case("FROM --platform=$BUILDPLATFORM scratch"),
        Case("FROM --platform=linux/amd64 scratch AS base", "FromPlatformFlagConstDisallowed:1"),
        Case("FROM --platform=linux/amd64 scratch AS build_amd64"),
        Case(
            "FROM scratch\nARG SECRET_PASSPHRASE\nENV SUPER_Secret=a password=b\nENV git_key=\nENV PUBLIC_KEY=\n"
                + "ARG public_token\nARG SECRET_PASSPHRASE_FILE\nARG AUTH_MODULE_VERSION\nENV sunflower=x\nENV apikey=y",
            "SecretsUsedInArgOrEnv:2", "SecretsUsedInArgOrEnv:3", "SecretsUsedInArgOrEnv:3", "SecretsUsedInArgOrEnv:4",
            "SecretsUsedInArgOrEnv:10"),
        Case("FROM scratch\nEXPOSE 80/TcP\nEXPOSE 127.0.0.1:80:80", "ExposeProtoCasing:2", "ExposeInvalidFormat:3"),
        Case("ARG A\nFROM busybox:$A", "InvalidDefaultArgInFrom:2"),
        Case("ARG A=latest\nFROM busybox:${A}"), Case("ARG A=\"\"\nFROM busybox:stable$A"),
        Case("ARG tag=x\nFROM busybox:${tag}${version} AS b", "UndefinedArgInFrom:2"),
        Case("ARG DEBUG\nFROM scra${DEBUG:-tch}"),
        Case("#check=skip=all\nFROM scratch as b\ncopy a b"),
        Case("#check=skip=ConsistentInstructionCasing\nFROM scratch as b\ncopy a b", "FromAsCasing:2"),
        Case("FROM scratch\n# check=skip=JSONArgsRecommended // why\nCMD a\n# check=skip=all\nMAINTAINER m"),
        Case("# foo is not it\nARG bar\nFROM scratch"),
        Case(
            "# check=experimental=InvalidDefinitionDescription\n# bar is it\nARG foo=x\n# base is it\nFROM scratch AS base\n"
                + "# no\nARG a b\n# b is it\nARG a b",
            "InvalidDefinitionDescription:3", "InvalidDefinitionDescription:7"),
        Case("FROM scratch AS a\nONBUILD CMD x\nFROM a", "JSONArgsRecommended:3"),
    ]

    @Test(arguments: rules)
    func aRuleFindsItsLines(_ test: Case) {
        #expect(found(check(test.text)) == test.found)
    }

    @Test(arguments: [
        ("FROM scratch AS Bad", "Stage name 'Bad' should be lowercase"),
        ("from scratch AS b", "'AS' and 'from' keywords' casing do not match"),
        ("From scratch AS b\nFROM b", "Command 'From' should match the case of the command majority (uppercase)"),
        ("FROM scratch AS b\nFROM scratch AS b", "Duplicate stage name \"b\", stage names should be unique"),
        ("FROM scratch AS scratch", "Stage name should not use the same name as reserved stage \"scratch\""),
        (
            "FROM scratch\nCMD x",
            "JSON arguments recommended for CMD to prevent unintended behavior related to OS signals"
        ),
        ("FROM scratch\nMAINTAINER m", "Maintainer instruction is deprecated in favor of using label"),
        (
            "FROM scratch\nWORKDIR app/",
            "Relative workdir \"app/\" can have unexpected results if the base image changes"
        ),
        ("FROM scratch\nENV PATH=$PAHT:/x", "Usage of undefined variable '$PAHT' (did you mean $PATH?)"),
        ("FROM scratch\nENV a b", "\"ENV key=value\" should be used instead of legacy \"ENV key value\" format"),
        (
            "FROM scratch\nENV TOKEN=x", "Do not use ARG or ENV instructions for sensitive data (ENV \"TOKEN\")"
        ),
        ("FROM scratch\nEXPOSE 80/TCP", "Defined protocol '80/TCP' in EXPOSE instruction should be lowercase"),
        (
            "FROM scratch\nEXPOSE 1:80",
            "EXPOSE instruction should not define an IP address or host-port mapping, found '1:80'"
        ),
        ("ARG A\nFROM a:$A", "Default value for ARG a:$A results in empty or invalid base image name"),
        (
            "FROM --platform=$TARGETPLATFORM scratch",
            "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior"
        ),
        (
            "FROM --platform=linux/arm64 scratch",
            "FROM --platform flag should not use constant value \"linux/arm64\""
        ),
        (
            "FROM --platform=$BULIDPLATFORM scratch",
            "FROM argument 'BULIDPLATFORM' is not declared (did you mean BUILDPLATFORM?)"
        ),
    ])
    func aWarningSaysWhatIsMeant(_ text: String, _ detail: String) {
        #expect(check(text).warnings.first?.detail == detail)
    }

    @Test(arguments: [
        (
            "FROM scratch AS Bad\nMAINTAINER m\nBADCMD",
            "dockerfile parse error on line 3: unknown instruction: BADCMD", 2
        ),
        ("FROM scratch\nEXPOSE 1\nEXPOSE x", "invalid containerPort: x", 0),
        ("FROM scratch\nSTOPSIGNAL SIGFOO", "invalid signal: SIGFOO", 0),
        ("FROM scratch\nCOPY ${x:?needed} /", "failed to process \"${x:?needed}\": x: needed", 0),
        (
            "FROM a AS x\nCOPY --from=y /a /b\nFROM b AS y",
            "cannot copy from stage \"y\", it needs to be defined before current stage \"x\"", 0
        ),
        (
            "FROM a/B",
            "failed to parse stage name \"a/B\": invalid reference format: repository name (a/B) must be lowercase", 1
        ),
        ("FROM scratch\nRUN --mount=type=$KIND,target=/x y", "unsupported mount type \"\"", 1),
        (
            "#check=skip=ConsistentInstructionCasing;error=true\nFROM scratch as b\ncopy a b",
            "lint violation found for rules: FromAsCasing", 1
        ),
        ("# check=frob=1\nFROM scratch", "failed to parse check options: invalid check option \"frob\"", 0),
    ])
    func warningsComeBeforeTheErrorThatEndsACheck(_ text: String, _ message: String, _ count: Int) {
        let report = check(text)
        #expect(report.failure?.message == message && report.warnings.count == count && report.exitCode == 1)
    }

    @Test func buildArgumentsAreTaken() {
        let text = "ARG BASE\nFROM $BASE\nARG A\nENV B=$A\nCOPY $B /"
        #expect(check(text).failure?.message == "base name ($BASE) should not be blank")
        let report = check(text) { $0.buildArguments = ["BASE": "scratch", "A": "x"] }
        #expect(found(report) == ["InvalidDefaultArgInFrom:2"] && report.failure == nil)
        let other = check("FROM scratch as b\ncopy a b") {
            $0.buildArguments = ["BUILDKIT_DOCKERFILE_CHECK": "skip=ConsistentInstructionCasing;error=true"]
        }
        #expect(found(other) == ["FromAsCasing:1"] && other.failure?.spans.isEmpty == true)
    }

    @Test func withATargetOnlyItsStagesAreLookedAt() {
        let text = "FROM scratch AS a\nCOPY $x .\nFROM scratch AS b\nCOPY $y ."
        #expect(found(check(text)) == ["UndefinedVar:2", "UndefinedVar:4"])
        #expect(found(check(text) { $0.target = "b" }) == ["UndefinedVar:4"])
        #expect(check(text) { $0.target = "none" }.failure?.message == "target stage \"none\" could not be found")
    }

    @Test func filesThatAreIgnored() throws {
        let text =
            "FROM scratch AS x\nFROM scratch\nCOPY Dockerfile .\nADD ./Dockerfile /w\nCOPY --from=x Dockerfile .\nCOPY . /\n"
            + "ADD https://x/Dockerfile /"
        let rules = try IgnoreRules(["Dockerfile"])
        let report = check(text) { $0.ignored = rules }
        #expect(found(report) == ["CopyIgnoredFile:3", "CopyIgnoredFile:4"])
        #expect(
            report.warnings.map(\.detail) == [
                "Attempting to Copy file \"Dockerfile\" that is excluded by .dockerignore",
                "Attempting to Add file \"Dockerfile\" that is excluded by .dockerignore",
            ])
        let exceptions = try IgnoreRules(["**", "!Dockerfile"])
        #expect(found(check(text) { $0.ignored = exceptions }).isEmpty)
        let all = try IgnoreRules(["*"])
        #expect(found(check("FROM scratch\nCOPY . .") { $0.ignored = all }) == ["CopyIgnoredFile:2"])
        let dots = try IgnoreRules([".*"])
        #expect(found(check("FROM scratch\nCOPY . .") { $0.ignored = dots }).isEmpty)
    }

    @Test func whatABaseImageBringsIsKnownOrLeftOpen() {
        let text = "FROM base\nCOPY $APP $NOPE\nCMD x"
        #expect(found(check(text)) == ["JSONArgsRecommended:3"], "unknown: any variable may be the image's")
        let report = check(text) {
            $0.baseImage = { _ in
                BaseImage(
                    environment: ["APP=/a"], shell: ["bash"], triggers: ["WORKDIR app"],
                    platform: Platform(os: "linux", architecture: "arm64"))
            }
        }
        #expect(found(report) == ["InvalidBaseImagePlatform:1", "WorkdirRelativePath:1", "UndefinedVar:2"])
        #expect(
            report.warnings.first?.detail
                == "Base image base was pulled with platform \"linux/arm64\", expected \"linux/amd64\" for current build"
        )
    }

    @Test func theScreenIsDockers() {
        let report = check("FROM scratch as base\nCOPY a b\n\nMAINTAINER m\n")
        #expect(
            report.text == """
                Check complete, 2 warnings have been found!

                WARNING: FromAsCasing - https://docs.docker.com/go/dockerfile/rule/from-as-casing/
                'as' and 'FROM' keywords' casing do not match
                Dockerfile:1
                --------------------
                   1 | >>> FROM scratch as base
                   2 |     COPY a b
                   3 |    \u{20}
                --------------------

                WARNING: MaintainerDeprecated - https://docs.docker.com/go/dockerfile/rule/maintainer-deprecated/
                Maintainer instruction is deprecated in favor of using label
                Dockerfile:4
                --------------------
                   2 |     COPY a b
                   3 |    \u{20}
                   4 | >>> MAINTAINER m
                   5 |    \u{20}
                --------------------

                """)
        #expect(check("FROM scratch").text == "Check complete, no warnings found.\n")
    }
}
