public import OrderedJSON

// What every inspect answers with and every row keeps: written member by member, in the order of the keys.

extension HostConfig: JSONWritable {
    public func write(to object: inout JSONObjectWriter) throws {
        try object.nullable("Binds", binds)
        object.field("ContainerIDFile", containerIDFile)
        try object.field("LogConfig", logConfig)
        object.field("NetworkMode", networkMode)
        try object.nullable("PortBindings", portBindings)
        try object.field("RestartPolicy", restartPolicy)
        object.field("AutoRemove", autoRemove)
        object.field("VolumeDriver", volumeDriver)
        try object.nullable("VolumesFrom", volumesFrom)
        try object.nullable("ConsoleSize", consoleSize)
        if !annotations.isEmpty { try object.field("Annotations", annotations) }
        try object.nullable("CapAdd", capAdd)
        try object.nullable("CapDrop", capDrop)
        object.field("CgroupnsMode", cgroupnsMode)
        try object.nullable("Dns", dns)
        try object.nullable("DnsOptions", dnsOptions)
        try object.nullable("DnsSearch", dnsSearch)
        try object.nullable("ExtraHosts", extraHosts)
        try object.nullable("GroupAdd", groupAdd)
        object.field("IpcMode", ipcMode)
        object.field("Cgroup", cgroup)
        try object.nullable("Links", links)
        object.field("OomScoreAdj", oomScoreAdj)
        object.field("PidMode", pidMode)
        object.field("Privileged", privileged)
        object.field("PublishAllPorts", publishAllPorts)
        object.field("ReadonlyRootfs", readonlyRootfs)
        try object.nullable("SecurityOpt", securityOpt)
        if !storageOpt.isEmpty { try object.field("StorageOpt", storageOpt) }
        if !tmpfs.isEmpty { try object.field("Tmpfs", tmpfs) }
        object.field("UTSMode", utsMode)
        object.field("UsernsMode", usernsMode)
        object.field("ShmSize", shmSize)
        if !sysctls.isEmpty { try object.field("Sysctls", sysctls) }
        object.field("Runtime", runtime)
        object.field("Isolation", isolation)
        object.field("CpuShares", cpuShares)
        object.field("Memory", memory)
        object.field("NanoCpus", nanoCPUs)
        object.field("CgroupParent", cgroupParent)
        try object.field("BlkioWeight", blkioWeight)
        try object.nullable("BlkioWeightDevice", blkioWeightDevice)
        try object.nullable("BlkioDeviceReadBps", blkioDeviceReadBps)
        try object.nullable("BlkioDeviceWriteBps", blkioDeviceWriteBps)
        try object.nullable("BlkioDeviceReadIOps", blkioDeviceReadIOps)
        try object.nullable("BlkioDeviceWriteIOps", blkioDeviceWriteIOps)
        object.field("CpuPeriod", cpuPeriod)
        object.field("CpuQuota", cpuQuota)
        object.field("CpuRealtimePeriod", cpuRealtimePeriod)
        object.field("CpuRealtimeRuntime", cpuRealtimeRuntime)
        object.field("CpusetCpus", cpusetCpus)
        object.field("CpusetMems", cpusetMems)
        try object.nullable("Devices", devices)
        try object.nullable("DeviceCgroupRules", deviceCgroupRules)
        try object.nullable("DeviceRequests", deviceRequests)
        if !kernelMemory.isZero { object.field("KernelMemory", kernelMemory) }
        object.field("MemoryReservation", memoryReservation)
        object.field("MemorySwap", memorySwap)
        try object.nullable("MemorySwappiness", memorySwappiness)
        try object.nullable("OomKillDisable", oomKillDisable)
        try object.nullable("PidsLimit", pidsLimit)
        try object.nullable("Ulimits", ulimits)
        object.field("CpuCount", cpuCount)
        object.field("CpuPercent", cpuPercent)
        try object.field("IOMaximumIOps", ioMaximumIOps)
        try object.field("IOMaximumBandwidth", ioMaximumBandwidth)
        if !mounts.isEmpty { try object.field("Mounts", mounts) }
        try object.nullable("MaskedPaths", maskedPaths)
        try object.nullable("ReadonlyPaths", readonlyPaths)
        if let initProcess { object.field("Init", initProcess) }
        if let lxcConf { try object.field("LxcConf", lxcConf) }
    }
}

extension ContainerConfig: JSONWritable {
    public func write(to object: inout JSONObjectWriter) throws {
        object.field("Hostname", hostname)
        object.field("Domainname", domainname)
        object.field("User", user)
        object.field("AttachStdin", attachStdin)
        object.field("AttachStdout", attachStdout)
        object.field("AttachStderr", attachStderr)
        if !exposedPorts.isEmpty { try object.field("ExposedPorts", exposedPorts) }
        object.field("Tty", tty)
        object.field("OpenStdin", openStdin)
        object.field("StdinOnce", stdinOnce)
        try object.nullable("Env", env)
        try object.nullable("Cmd", cmd)
        if !healthcheck.isZero { try object.field("Healthcheck", healthcheck) }
        object.field("Image", image)
        try object.nullable("Volumes", volumes)
        object.field("WorkingDir", workingDir)
        try object.nullable("Entrypoint", entrypoint)
        if networkDisabled { object.field("NetworkDisabled", networkDisabled) }
        if !macAddress.isEmpty { object.field("MacAddress", macAddress) }
        try object.nullable("OnBuild", onBuild)
        try object.nullable("Labels", labels)
        if !stopSignal.isEmpty { object.field("StopSignal", stopSignal) }
        if let stopTimeout { object.field("StopTimeout", stopTimeout) }
        if !shell.isEmpty { try object.field("Shell", shell) }
    }
}

extension ContainerInspect: JSONWritable {
    public func write(to object: inout JSONObjectWriter) throws {
        object.field("Id", id)
        object.field("Created", created)
        object.field("Path", path)
        try object.field("Args", args)
        try object.field("State", state)
        object.field("Image", image)
        object.field("ResolvConfPath", resolvConfPath)
        object.field("HostnamePath", hostnamePath)
        object.field("HostsPath", hostsPath)
        object.field("LogPath", logPath)
        object.field("Name", name)
        object.field("RestartCount", restartCount)
        object.field("Driver", driver)
        object.field("Platform", platform)
        object.field("MountLabel", mountLabel)
        object.field("ProcessLabel", processLabel)
        object.field("AppArmorProfile", appArmorProfile)
        try object.nullable("ExecIDs", execIDs)
        try object.field("HostConfig", hostConfig)
        try object.field("GraphDriver", graphDriver)
        if let sizeRw { object.field("SizeRw", sizeRw) }
        if let sizeRootFs { object.field("SizeRootFs", sizeRootFs) }
        try object.field("Mounts", mounts)
        try object.field("Config", config)
        try object.field("NetworkSettings", networkSettings)
    }
}

extension ContainerState: JSONWritable {
    public func write(to object: inout JSONObjectWriter) throws {
        object.field("Status", status)
        object.field("Running", running)
        object.field("Paused", paused)
        object.field("Restarting", restarting)
        object.field("OOMKilled", oomKilled)
        object.field("Dead", dead)
        object.field("Pid", pid)
        object.field("ExitCode", exitCode)
        object.field("Error", error)
        object.field("StartedAt", startedAt)
        object.field("FinishedAt", finishedAt)
    }
}

extension NetworkSettings: JSONWritable {
    public func write(to object: inout JSONObjectWriter) throws {
        object.field("Bridge", bridge)
        object.field("SandboxID", sandboxID)
        object.field("SandboxKey", sandboxKey)
        try object.nullable("Ports", ports)
        object.field("HairpinMode", hairpinMode)
        object.field("LinkLocalIPv6Address", linkLocalIPv6Address)
        object.field("LinkLocalIPv6PrefixLen", linkLocalIPv6PrefixLen)
        try object.nullable("SecondaryIPAddresses", secondaryIPAddresses)
        try object.nullable("SecondaryIPv6Addresses", secondaryIPv6Addresses)
        object.field("EndpointID", endpointID)
        object.field("Gateway", gateway)
        object.field("GlobalIPv6Address", globalIPv6Address)
        object.field("GlobalIPv6PrefixLen", globalIPv6PrefixLen)
        object.field("IPAddress", ipAddress)
        object.field("IPPrefixLen", ipPrefixLen)
        object.field("IPv6Gateway", ipv6Gateway)
        object.field("MacAddress", macAddress)
        try object.field("Networks", networks)
    }
}
