import KeyValueStore
import OrderedJSON
import Testing

@testable import EtcdStore

/// Texts as etcd's documentation of its gateway has them (`api_grpc_gateway.md`), and as an etcd 3.4 sends them.
@Suite struct EtcdMessageTests {
    @Test func readsARange() throws {
        let text = """
            {"header":{"cluster_id":"12585971608760269493","member_id":"13847567121247652255","revision":"2","raft_term":"3"},
             "kvs":[{"key":"Zm9v","create_revision":"2","mod_revision":"2","version":"1","value":"YmFy"}],"count":"1"}
            """
        let snapshot = try #require(EtcdAnswer.snapshot(JSONValue(parsing: text)))
        #expect(snapshot == StoreSnapshot(entries: [StoreEntry(key: "foo", value: Array("bar".utf8))], revision: 2))
    }

    @Test func readsWatches() throws {
        func message(_ text: String) throws -> EtcdAnswer.Message? { EtcdAnswer.message(try JSONValue(parsing: text)) }
        #expect(try message(#"{"result":{"header":{"revision":"1"},"created":true}}"#) == .created)
        let events = #"""
            {"result":{"header":{"revision":"3"},"events":[
             {"kv":{"key":"Zm9v","create_revision":"2","mod_revision":"2","version":"1","value":"YmFy"}},
             {"type":"DELETE","kv":{"key":"Zm9v","mod_revision":"3"}}]}}
            """#
        #expect(
            try message(events) == .changes([.put(StoreEntry(key: "foo", value: Array("bar".utf8))), .deleted("foo")]))
        #expect(
            try message(#"{"result":{"header":{},"canceled":true,"compact_revision":"9"}}"#)
                == .ended("the revision is compacted"))
        #expect(try message(#"{"error":{"grpc_code":14,"message":"down","http_status":"x"}}"#) == .ended("down"))
        #expect(try message(#"{"result":{"events":[{"kv":{"key":"*"}}]}}"#) == nil)
        #expect(try message("[]") == nil)
    }

    @Test func asksForEverythingBelowAPrefix() {
        #expect(EtcdRequest.range("foo").text() == #"{"key":"Zm9v","range_end":"Zm9w"}"#)
        #expect(EtcdRequest.range("").text() == #"{"key":"AA==","range_end":"AA=="}"#)
    }

    @Test func writesATransaction() {
        let transaction = StoreTransaction(
            if: [.present("a"), .absent("b"), .holds("f", [1]), .noneBelow("c/"), .noneNewer("d/", than: 7)],
            [.put("a", [1], StoreLease(id: 5)), .delete("b"), .deleteBelow("c/")])
        #expect(
            EtcdRequest.transaction(transaction).text() == #"{"compare":["#
                + #"{"key":"YQ==","target":"VERSION","result":"GREATER","version":"0"},"#
                + #"{"key":"Yg==","target":"VERSION","result":"EQUAL","version":"0"},"#
                + #"{"key":"Zg==","target":"VALUE","result":"EQUAL","value":"AQ=="},"#
                + #"{"key":"Yy8=","range_end":"YzA=","target":"VERSION","result":"EQUAL","version":"0"},"#
                + #"{"key":"ZC8=","range_end":"ZDA=","target":"MOD","result":"LESS","mod_revision":"8"}],"#
                + #""success":[{"request_put":{"key":"YQ==","value":"AQ==","lease":"5"}},"#
                + #"{"request_delete_range":{"key":"Yg=="}},"#
                + #"{"request_delete_range":{"key":"Yy8=","range_end":"YzA="}}]}"#)
    }

    @Test func tellsALeaseThatIsOver() throws {
        #expect(EtcdAnswer.isAlive(try JSONValue(parsing: #"{"result":{"header":{},"ID":"5","TTL":"60"}}"#)) == true)
        #expect(EtcdAnswer.isAlive(try JSONValue(parsing: #"{"result":{"header":{},"ID":"5"}}"#)) == false)
        #expect(EtcdAnswer.isAlive(["error": "x"]) == nil)
    }
}
