import APIModel
import Foundation
import OrderedJSON
import Testing

/// What is written member by member has to be what `Encodable` gives, for any other encoder and for who reads it back.
@Suite struct SummaryWritingTests {
    private func full() -> ContainerSummary {
        var row = ContainerSummary(id: "4d8de2")
        row.names = ["/web", "/front/web"]
        row.image = "busybox"
        row.imageID = "sha256:00"
        row.command = "httpd -f \"x\""
        row.created = 1_700_000_000
        row.ports = [
            PortSummary(ip: "0.0.0.0", privatePort: 80, publicPort: 8080, type: "tcp"),
            PortSummary(privatePort: 53, type: "udp"),
        ]
        row.sizeRw = 7
        row.sizeRootFs = 9
        row.labels = ["b": "2", "a": "<1>"]
        row.state = "running"
        row.status = "Up 5 minutes"
        row.hostConfig.networkMode = "bridge"
        row.hostConfig.annotations = ["k": "v"]
        var endpoint = EndpointSettings()
        endpoint.aliases = ["web"]
        endpoint.ipAddress = "172.17.0.2"
        endpoint.ipPrefixLen = 16
        endpoint.driverOpts = ["o": "p"]
        row.networkSettings.networks = ["bridge": endpoint, "a": EndpointSettings()]
        var mount = MountPoint()
        mount.type = "volume"
        mount.name = "data"
        mount.source = "/s"
        mount.destination = "/d"
        mount.driver = "local"
        mount.rw = true
        row.mounts = [mount, MountPoint()]
        return row
    }

    private func same(_ row: ContainerSummary) throws {
        let written = try JSONValue(parsing: OrderedJSONEncoder().encode(row))
        let encoded = try JSONValue(parsing: Array(JSONEncoder().encode(row)))
        #expect(sorted(written) == sorted(encoded))
    }

    @Test func everyMemberIsWritten() throws { try same(full()) }

    @Test func emptyMembersAreLeftOutOrNullAlike() throws {
        var row = ContainerSummary(id: "x")
        row.networkSettings.networks = ["none": EndpointSettings()]
        row.mounts = [MountPoint()]
        try same(row)
    }

    @Test func membersComeInTheOrderOfDocker() throws {
        let text = String(decoding: try OrderedJSONEncoder().encode(full()), as: UTF8.self)
        let names = [
            "Id", "Names", "Image", "ImageID", "Command", "Created", "Ports", "SizeRw", "SizeRootFs", "Labels",
        ]
        let places = try names.map { try #require(text.range(of: "\"\($0)\":")).lowerBound }
        #expect(places == places.sorted())
    }
}

/// With members by name: other encoders have an order of their own.
func sorted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
        .object(object.keys.sorted().reduce(into: JSONObject()) { $0[$1] = object[$1].map(sorted) })
    case .array(let elements): .array(elements.map(sorted))
    default: value
    }
}
