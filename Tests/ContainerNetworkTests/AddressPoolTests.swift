import Netlink
import Primitives
import Testing

@testable import ContainerNetwork

@Suite struct AddressPoolTests {
    /// The pool as an object, so that expectations can change it.
    private final class Pool {
        private var value: AddressPool
        init(_ value: AddressPool) { self.value = value }
        func allocate() throws(EngineError) -> IPAddress { try value.allocate() }
        func reserve(_ address: IPAddress) -> Bool { value.reserve(address) }
        func release(_ address: IPAddress) { value.release(address) }
    }

    private func pool(_ network: String, range: String? = nil) throws -> Pool {
        let network = try #require(IPNetwork(network))
        return Pool(AddressPool(network: network, range: range.flatMap { IPNetwork($0) }, reserved: [network.address]))
    }

    @Test func givesTheNextAfterTheLastGiven() throws {
        let pool = try pool("172.17.0.1/16")
        #expect(try pool.allocate().description == "172.17.0.2")
        let second = try pool.allocate()
        #expect(second.description == "172.17.0.3")
        pool.release(second)
        #expect(try pool.allocate().description == "172.17.0.4")
    }

    @Test func wrapsAroundAndSaysWhenNothingIsLeft() throws {
        let pool = try pool("10.0.0.1/29")
        for last in 2...6 { #expect(try pool.allocate() == .v4(IPv4Address(10, 0, 0, UInt8(last)))) }
        let error = #expect(throws: EngineError.self) { try pool.allocate() }
        #expect(error?.message == "no available ip addresses on network")
        pool.release(.v4(IPv4Address(10, 0, 0, 3)))
        #expect(try pool.allocate() == .v4(IPv4Address(10, 0, 0, 3)))
        #expect(throws: EngineError.self) { try pool.allocate() }
    }

    @Test func staysInsideAFixedRange() throws {
        let pool = try pool("10.0.0.1/16", range: "10.0.9.0/30")
        for last in 0...3 { #expect(try pool.allocate() == .v4(IPv4Address(10, 0, 9, UInt8(last)))) }
        #expect(throws: EngineError.self) { try pool.allocate() }
    }

    @Test func leavesReservedAddressesOut() throws {
        let pool = try pool("10.0.0.1/29")
        #expect(pool.reserve(.v4(IPv4Address(10, 0, 0, 2))))
        #expect(!pool.reserve(.v4(IPv4Address(10, 0, 0, 2))))
        #expect(try pool.allocate() == .v4(IPv4Address(10, 0, 0, 3)))
    }

    @Test(arguments: [
        "10.0.0.1/32", "10.0.0.0/31", "0.0.0.1/0", "255.255.255.254/30", "fd00::1/64", "::1/0", "fd00::/127",
    ])
    func survivesOddNetworks(network: String) throws {
        let pool = try pool(network)
        for _ in 0..<10 { _ = try? pool.allocate() }
    }

    @Test func agreesWithASetOverTenThousandRandomOperations() throws {
        let pool = try pool("192.168.0.1/23")
        let first = try #require(IPAddress("192.168.0.2")).rawValue
        var given: [IPAddress] = []
        var model: Set<IPAddress> = []
        for _ in 0..<10_000 {
            if Int.random(in: 0..<5) < 3 {
                let address = try? pool.allocate()
                #expect((address == nil) == (model.count == 509))
                guard let address else { continue }
                #expect((first..<(first + 509)).contains(address.rawValue))
                #expect(model.insert(address).inserted)
                given.append(address)
            } else if let index = given.indices.randomElement() {
                given.swapAt(index, given.count - 1)
                let address = given.removeLast()
                model.remove(address)
                pool.release(address)
            }
        }
    }
}
