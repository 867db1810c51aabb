public import OrderedJSON

// Lists of containers are what clients ask for most often, and rows are many: they are written member by member.

extension ContainerSummary: JSONWritable {
    public func write(to object: inout JSONObjectWriter) throws {
        object.field("Id", id)
        try object.field("Names", names)
        object.field("Image", image)
        object.field("ImageID", imageID)
        object.field("Command", command)
        object.field("Created", created)
        try object.field("Ports", ports)
        if let sizeRw { object.field("SizeRw", sizeRw) }
        if let sizeRootFs { object.field("SizeRootFs", sizeRootFs) }
        try object.field("Labels", labels)
        object.field("State", state)
        object.field("Status", status)
        try object.object("HostConfig") { object in
            if !hostConfig.networkMode.isEmpty { object.field("NetworkMode", hostConfig.networkMode) }
            if !hostConfig.annotations.isEmpty { try object.field("Annotations", hostConfig.annotations) }
        }
        try object.object("NetworkSettings") { object in
            try object.map("Networks", networkSettings.networks.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }) {
                try $1.write(to: &$0)
            }
        }
        try object.array("Mounts", mounts) { try $1.write(to: &$0) }
    }
}

extension PortSummary: JSONWritable {
    public func write(to object: inout JSONObjectWriter) throws {
        if let ip { object.field("IP", ip) }
        object.field("PrivatePort", Int64(privatePort))
        if let publicPort { object.field("PublicPort", Int64(publicPort)) }
        object.field("Type", type)
    }
}

extension MountPoint: JSONWritable {
    public func write(to object: inout JSONObjectWriter) throws {
        if !type.isEmpty { object.field("Type", type) }
        if !name.isEmpty { object.field("Name", name) }
        object.field("Source", source)
        object.field("Destination", destination)
        if !driver.isEmpty { object.field("Driver", driver) }
        object.field("Mode", mode)
        object.field("RW", rw)
        object.field("Propagation", propagation)
    }
}

extension EndpointSettings: JSONWritable {
    public func write(to object: inout JSONObjectWriter) throws {
        try object.nullable("IPAMConfig", ipamConfig)
        try object.nullable("Links", links)
        try object.nullable("Aliases", aliases)
        object.field("MacAddress", macAddress)
        try object.nullable("DriverOpts", driverOpts)
        object.field("GwPriority", gwPriority)
        object.field("NetworkID", networkID)
        object.field("EndpointID", endpointID)
        object.field("Gateway", gateway)
        object.field("IPAddress", ipAddress)
        object.field("IPPrefixLen", ipPrefixLen)
        object.field("IPv6Gateway", ipv6Gateway)
        object.field("GlobalIPv6Address", globalIPv6Address)
        object.field("GlobalIPv6PrefixLen", globalIPv6PrefixLen)
        try object.nullable("DNSNames", dnsNames)
    }
}

extension JSONObjectWriter {
    mutating func nullable(_ name: StaticString, _ value: (some Encodable)?) throws {
        if let value { try field(name, value) } else { null(name) }
    }
}
