import Testing

@testable import DockerCLI

@Suite struct CopyCommandTests {
    private func copy(_ words: String..., stat: Int) throws -> (lines: [String], code: Int32) {
        let engine = try FakeEngine { line in line.hasPrefix("HEAD") ? (stat, "") : (404, #"{"message":"gone"}"#) }
        defer { engine.close() }
        let (requests, _, code) = try engine.docker(["cp"] + words)
        return (requests.map(\.line).map { String($0.prefix { $0 != "?" }) }, code)
    }

    /// Otherwise the link itself would come in place of what it leads to.
    @Test func whatCannotBeLookedAtIsNotFollowed() throws {
        let (lines, code) = try copy("-L", "c:/link", "/tmp/none", stat: 500)
        #expect(lines == ["HEAD /containers/c/archive"])
        #expect(code == 1)
    }

    @Test func theCopyItselfSaysThatNothingIsThere() throws {
        let (lines, code) = try copy("-L", "c:/link", "/tmp/none", stat: 404)
        #expect(lines == ["HEAD /containers/c/archive", "GET /containers/c/archive"])
        #expect(code == 1)
    }

    /// The answer to the first call has no words.
    @Test(arguments: [404, 500]) func aTargetThatCannotBeLookedAtIsLeftToTheCopy(_ stat: Int) throws {
        let (lines, code) = try copy("/etc/hostname", "c:/file", stat: stat)
        #expect(lines == ["HEAD /containers/c/archive", "PUT /containers/c/archive"])
        #expect(code == 1)
    }

    @Test func whoMayNotLookIsToldSo() throws {
        let (lines, code) = try copy("/etc/hostname", "c:/file", stat: 403)
        #expect(lines == ["HEAD /containers/c/archive"])
        #expect(code == 1)
    }
}
