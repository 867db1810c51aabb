import HostSystem
import Primitives
import Testing

@Suite struct ChildProcessTests {
    @Test func inputGoesInAndOutputComesOut() throws {
        let outcome = try ChildProcess.run("tr", ["a-z", "A-Z"], input: Array("secret".utf8))
        #expect(outcome.exitCode == 0 && outcome.output == Array("SECRET".utf8))
    }

    @Test func exitCodesAndSignalsAreTold() throws {
        #expect(try ChildProcess.run("sh", ["-c", "exit 7"], input: []).exitCode == 7)
        #expect(try ChildProcess.run("sh", ["-c", "kill -9 $$"], input: []).exitCode == 137)
    }

    @Test func aProgramThatReadsNothingIsNoFailure() throws {
        let outcome = try ChildProcess.run("true", [], input: [UInt8](repeating: 65, count: 1 << 20))
        #expect(outcome.exitCode == 0)
    }

    @Test func brokenPipesEndAChildAsAlways() throws {
        // The line that `yes` can't write any more ends it by the signal, which a shell tells as 141.
        let outcome = try ChildProcess.run("sh", ["-c", "exec 3>&1; { yes; echo $? >&3; } | true"], input: [])
        #expect(String(decoding: outcome.output, as: UTF8.self) == "141\n")
    }

    @Test func aMissingProgramIsNotFound() throws {
        let error = #expect(throws: EngineError.self) {
            try ChildProcess.run("docker-credential-no-such-helper", ["get"], input: [])
        }
        #expect(error?.kind == .notFound)
    }

    @Test func tooMuchOutputEndsIt() throws {
        #expect(throws: EngineError.self) { try ChildProcess.run("yes", [], input: [], limit: 4096) }
    }
}
