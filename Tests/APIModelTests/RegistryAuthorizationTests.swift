import Primitives
import Testing

@testable import APIModel

@Suite struct RegistryAuthorizationTests {
    private static func header(_ json: String) -> String { Base64.encode(json.utf8, forURL: true) }

    @Test func readsWhatClientsSend() {
        // docker/cli sends both, docker-py leaves out what is empty.
        let sent = #"{"username":"me","password":"a:b~?","auth":"","serveraddress":"host:5000","identitytoken":""}"#
        let read = RegistryAuthorization(header: Self.header(sent))
        #expect(read?.username == "me" && read?.password == "a:b~?" && read?.serverAddress == "host:5000")
        let pair = RegistryAuthorization(header: Self.header(#"{"auth":"\#(Base64.encode("me:a:b".utf8))"}"#))
        #expect(pair?.username == "me" && pair?.password == "a:b")
    }

    @Test(arguments: [nil, "", "%%%", "bm90IGpzb24=", "W10=", "MQ=="]) func whatCanNotBeReadIsNobody(header: String?) {
        #expect(RegistryAuthorization(header: header) == nil)
    }

    @Test func readsThoseOfABuild() {
        let all = RegistryAuthorization.all(
            header: Self.header(#"{"host:1":{"username":"a"},"host:2":{"username":"b"}}"#))
        #expect(all["host:1"]?.username == "a" && all["host:2"]?.username == "b")
        #expect(RegistryAuthorization.all(header: "x").isEmpty)
    }

    /// Docker 1.6's client and 1.7's daemon wrote one more object around it.
    @Test(arguments: ["configs", "auths"]) func readsThoseOfAnOldBuild(member: String) {
        let all = RegistryAuthorization.all(header: Self.header(#"{"\#(member)":{"host:1":{"username":"a"}}}"#))
        #expect(all.keys.sorted() == ["host:1"] && all["host:1"]?.username == "a")
    }

    @Test func keepsSecretsOutOfTexts() {
        var authorization = RegistryAuthorization()
        authorization.username = "me"
        authorization.password = "hunter2"
        authorization.identityToken = "token-of-mine"
        let texts = "\(authorization) \(String(reflecting: authorization))"
        #expect(!texts.contains("hunter2") && !texts.contains("token-of-mine"))
    }
}

@Suite struct ProgressBarTests {
    /// What dockerd 20.10 sends for the same numbers.
    @Test(
        arguments: [
            (0, 0, ""), (512, 0, "    512B"),
            (1_048_576, 10_485_760, "[=====>                                             ]  1.049MB/10.49MB"),
            (10, 10, "[==================================================>]      10B/10B"),
            (11, 10, "[==================================================>]      11B"),
        ] as [(Int64, Int64, String)]) func isDockersText(current: Int64, total: Int64, text: String)
    {
        #expect(ProgressBar.text(current, of: total) == text)
    }
}
