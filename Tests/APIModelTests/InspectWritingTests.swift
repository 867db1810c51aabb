import APIModel
import Foundation
import OrderedJSON
import Testing

/// What is written member by member has to be what `Encodable` gives: compared by way of another encoder.
@Suite struct InspectWritingTests {
    private func same(_ value: some Encodable) throws {
        let written = try JSONValue(parsing: OrderedJSONEncoder().encode(value))
        let encoded = try JSONValue(parsing: Array(JSONEncoder().encode(value)))
        #expect(sorted(written) == sorted(encoded))
    }

    /// A document in which every member that was absent, null, empty or zero has a value.
    private func filled<T: Codable>(_ value: T, _ changes: String) throws -> T {
        try OrderedJSONDecoder().decode(T.self, from: Array(changes.utf8))
    }

    @Test func emptyOnesAreTheSame() throws {
        try same(HostConfig())
        try same(ContainerConfig())
        try same(ContainerInspect(id: "x"))
        try same(NetworkSettings())
    }

    @Test func fullOnesAreTheSame() throws {
        let host = try filled(
            HostConfig(),
            """
            {"Binds":["/a:/b"],"ContainerIDFile":"f","LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}},
             "NetworkMode":"host","PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"1"}],"81/tcp":null},
             "RestartPolicy":{"Name":"on-failure","MaximumRetryCount":2},"AutoRemove":true,"VolumeDriver":"local",
             "VolumesFrom":["c"],"ConsoleSize":[1,2],"Annotations":{"k":"v"},"CapAdd":["A"],"CapDrop":["B"],
             "CgroupnsMode":"host","Dns":["1.1.1.1"],"DnsOptions":["o"],"DnsSearch":["s"],"ExtraHosts":["h:1"],
             "GroupAdd":["g"],"IpcMode":"host","Cgroup":"c","Links":["l"],"OomScoreAdj":5,"PidMode":"host","Privileged":true,
             "PublishAllPorts":true,"ReadonlyRootfs":true,"SecurityOpt":["o"],"StorageOpt":{"a":"b"},"Tmpfs":{"/t":""},
             "UTSMode":"host","UsernsMode":"host","ShmSize":1,"Sysctls":{"a":"b"},"Runtime":"r","Isolation":"i",
             "CpuShares":1,"Memory":2,"NanoCpus":3,"CgroupParent":"p","BlkioWeight":4,
             "BlkioWeightDevice":[{"Path":"/d","Weight":5}],"BlkioDeviceReadBps":[{"Path":"/d","Rate":6}],
             "BlkioDeviceWriteBps":[],"BlkioDeviceReadIOps":[],"BlkioDeviceWriteIOps":[],"CpuPeriod":7,"CpuQuota":8,
             "CpuRealtimePeriod":9,"CpuRealtimeRuntime":10,"CpusetCpus":"0","CpusetMems":"0",
             "Devices":[{"PathOnHost":"/a","PathInContainer":"/b","CgroupPermissions":"rwm"}],"DeviceCgroupRules":["c *:* r"],
             "DeviceRequests":[],"KernelMemory":11,"MemoryReservation":12,"MemorySwap":13,"MemorySwappiness":14,
             "OomKillDisable":true,"PidsLimit":15,"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}],"CpuCount":16,
             "CpuPercent":17,"IOMaximumIOps":18,"IOMaximumBandwidth":19,
             "Mounts":[{"Type":"bind","Source":"/a","Target":"/b"}],"MaskedPaths":[],"ReadonlyPaths":["/p"],"Init":true}
            """)
        try same(host)
        let config = try filled(
            ContainerConfig(),
            """
            {"Hostname":"h","Domainname":"d","User":"u","AttachStdin":true,"AttachStdout":true,"AttachStderr":true,
             "ExposedPorts":{"80/tcp":{}},"Tty":true,"OpenStdin":true,"StdinOnce":true,"Env":["A=1"],"Cmd":["c"],
             "Healthcheck":{"Test":["CMD","x"],"Interval":1},"Image":"i","Volumes":{"/v":{}},"WorkingDir":"/w",
             "Entrypoint":["e"],"NetworkDisabled":true,"MacAddress":"02:42:00:00:00:01","OnBuild":["o"],
             "Labels":{"b":"2","a":"1"},"StopSignal":"TERM","StopTimeout":3,"Shell":["sh"]}
            """)
        try same(config)
        var whole = ContainerInspect(id: "x")
        whole.args = ["a"]
        whole.execIDs = ["e"]
        whole.sizeRw = 1
        whole.sizeRootFs = 2
        whole.hostConfig = host
        whole.config = config
        whole.graphDriver.data = ["LowerDir": "/l"]
        whole.mounts = [MountPoint()]
        whole.networkSettings.networks = ["bridge": EndpointSettings()]
        whole.networkSettings.ports = ["80/tcp": nil, "81/tcp": [PortBinding(hostIP: "0.0.0.0", hostPort: "1")]]
        try same(whole)
    }
}
