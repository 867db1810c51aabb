import EtcdStore
import Primitives
import Testing

@Suite struct EtcdAddressTests {
    @Test func readsServersAndPrefix() throws {
        let address = try EtcdAddress("etcd://10.0.0.1:2379,[fd00::1]:2379,host:4001/some/where/")
        #expect(address.servers == ["10.0.0.1:2379", "[fd00::1]:2379", "host:4001"])
        #expect(address.prefix == "some/where")
        #expect(address.description == "etcd://10.0.0.1:2379,[fd00::1]:2379,host:4001")
        #expect(try EtcdAddress("etcd://h:1").prefix == "")
    }

    @Test(arguments: [
        ("consul://h:8500", "cluster store \"consul\" is not supported: use etcd://HOST:PORT"),
        ("h:2379", "cluster store \"h:2379\" is not supported: use etcd://HOST:PORT"),
        ("etcd://", "invalid cluster store etcd://: \"\" is not HOST:PORT"),
        ("etcd://h", "invalid cluster store etcd://h: \"h\" is not HOST:PORT"),
        ("etcd://h:0", "invalid cluster store etcd://h:0: \"h:0\" is not HOST:PORT"),
        ("etcd://a:1,,b:2", "invalid cluster store etcd://a:1,,b:2: \"\" is not HOST:PORT"),
        ("etcd://fd00::1:2379", "invalid cluster store etcd://fd00::1:2379: \"fd00::1:2379\" is not HOST:PORT"),
        ("etcd://u@h:1", "invalid cluster store etcd://u@h:1: \"u@h:1\" is not HOST:PORT"),
    ])
    func refusesOthers(_ text: String, _ message: String) {
        #expect { try EtcdAddress(text) } throws: { error in
            let error = error as? EngineError
            return error?.kind == .badParameter && error?.message == message
        }
    }
}
