import Crypto
import Primitives
import Testing

@testable import RegistryServer

@Suite struct BasicCredentialsTests {
    // RFC 7617, 2.
    @Test func theSpecificationsExample() {
        let read = BasicCredentials.read("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        #expect(read?.user == "Aladdin" && read?.password == "open sesame")
    }

    @Test(arguments: ["", "Basic", "Basic !", "Bearer QQ==", "Basic QWxhZGRpbg=="])
    func refuses(_ header: String) { #expect(BasicCredentials.read(header) == nil) }
}

@Suite struct TokenTests {
    let key = P256.Signing.PrivateKey()
    let settings = TokenSettings(realm: "https://auth/token", service: "reg", issuer: "auth", rootCertificates: "")
    static let now = Timestamp(seconds: 1_000_000)
    static let claims = #""iss":"auth","sub":"me","aud":"reg","exp":1000100,"nbf":999000"#
    static let pull = #"[{"type":"repository","name":"a/b","actions":["pull"]}]"#

    private func spki(_ key: P256.Signing.PrivateKey) -> [UInt8] { Array(key.publicKey.derRepresentation) }

    private func token(
        _ claims: String, by signer: P256.Signing.PrivateKey? = nil, algorithm: String = "ES256"
    ) throws -> String {
        let head = #"{"typ":"JWT","alg":"\#(algorithm)","kid":"\#(TrustedKeys.id(spki: spki(key)))"}"#
        let signed = url(Array(head.utf8)) + "." + url(Array("{\(claims)}".utf8))
        let signature = try (signer ?? key).signature(for: SHA256.hash(data: Array(signed.utf8)))
        return signed + "." + url(Array(signature.rawRepresentation))
    }

    private func url(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for digit in 0...group.count { text.append(alphabet[Int(word >> UInt32(18 - 6 * digit) & 63)]) }
        }
        return text
    }

    private func ask(_ header: String?, _ actions: [String] = ["pull"], name: String = "a/b") async throws -> String? {
        let control = TokenControl(settings, keys: TrustedKeys(spki: [spki(key)]), now: { Self.now })
        return try await control.authorize(
            AccessRequest(authorization: header, wishes: [.init(type: "repository", name: name, actions: actions)]))
    }

    @Test func aGoodTokenLetsIn() async throws {
        let token = try token("\(Self.claims),\"access\":\(Self.pull)")
        #expect(try await ask("Bearer " + token) == "me")
    }

    @Test func nobodyIsSentToTheService() async throws {
        await #expect {
            _ = try await ask(nil, ["pull", "push"])
        } throws: {
            ($0 as? AccessDenied)?.challenge
                == #"Bearer realm="https://auth/token",service="reg",scope="repository:a/b:pull,push""#
        }
    }

    @Test func tooLittleIsInsufficientScope() async throws {
        let header = "Bearer " + (try token("\(Self.claims),\"access\":\(Self.pull)"))
        for (actions, name) in [(["pull", "push"], "a/b"), (["pull"], "a/c"), (["delete"], "a/b")] {
            await #expect {
                _ = try await ask(header, actions, name: name)
            } throws: { ($0 as? AccessDenied)?.challenge.hasSuffix(#"error="insufficient_scope""#) == true }
        }
    }

    @Test(arguments: [
        claims.replacing("\"auth\"", with: "\"other\""), claims.replacing("\"reg\"", with: "\"other\""),
        claims.replacing("1000100", with: "900000"), claims.replacing("999000", with: "1001000"),
        claims.replacing("\"exp\":1000100,", with: ""),
    ]) func anothersOrOldOnesAreRefused(_ claims: String) async throws {
        let header = "Bearer " + (try token("\(claims),\"access\":\(Self.pull)"))
        await #expect { _ = try await ask(header) } throws: {
            ($0 as? AccessDenied)?.challenge.hasSuffix(#"error="invalid_token""#) == true
        }
    }

    @Test func anAudienceMayBeAList() async throws {
        let claims = Self.claims.replacing("\"reg\"", with: "[\"x\",\"reg\"]")
        #expect(try await ask("Bearer " + token("\(claims),\"access\":\(Self.pull)")) == "me")
    }

    @Test func anotherSignerOrAlgorithmIsRefused() async throws {
        let claims = "\(Self.claims),\"access\":\(Self.pull)"
        let stranger = try token(claims, by: P256.Signing.PrivateKey())
        let good = try token(claims)
        let parts = good.split(separator: ".")
        for text in [
            stranger, try token(claims, algorithm: "RS256"), try token(claims, algorithm: "none"),
            try token(claims, algorithm: "HS256"),
            "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])", good + "A", "x.y.z", "", String(good.dropLast(4)),
        ] {
            await #expect(throws: AccessDenied.self) { _ = try await ask("Bearer " + text) }
        }
    }
}

@Suite struct HtpasswdFileTests {
    @Test func onlyBcryptCounts() throws {
        let entries = try HtpasswdFile.read("# people\n\na:$2y$05$x\r\nb:{SHA}x\nc:$apr1$x\nd:$2a$10$y\n", "file")
        #expect(entries == ["a": "$2y$05$x", "d": "$2a$10$y"])
    }

    @Test(arguments: ["nothing", ":$2y$x"]) func aLineThatIsNoEntryIsNamed(_ text: String) {
        #expect { try HtpasswdFile.read("a:$2y$x\n\(text)", "file") } throws: {
            ($0 as? EngineError)?.message == "file: line 2 is no entry"
        }
    }
}
