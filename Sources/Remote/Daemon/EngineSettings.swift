internal import APIModel
internal import ContainerNetwork
internal import DaemonConfiguration
public import Engine
internal import FoundationEssentials
internal import LinuxSystem
internal import Primitives

/// What this build is called.
public enum EngineBuild {
    public static let version = EngineVersion(version: "1.7.0-martlet", gitCommit: "", buildTime: "")
}

extension Daemon {
    /// The daemon's flags as the engine takes them.
    func engineConfiguration() -> EngineConfiguration {
        let programs = HostDirectory.parent(of: DaemonProcess.executable)
        let installed = HostDirectory.parent(of: programs)
        // Beside the daemon when run from its build folder, below lib and share when installed.
        let shim = [programs + "/martlet-shim", installed + "/libexec/martlet/martlet-shim"]
        let images = [programs + "/images", installed + "/share/martlet/images"]
        var result = EngineConfiguration(
            root: configuration.root, runRoot: configuration.runRoot, network: networkConfiguration(),
            shimPath: shim.first(where: HostFile.exists) ?? shim[0],
            embeddedImagesPath: images.first(where: HostFile.exists) ?? images[0], version: EngineBuild.version)
        let driver = ProcessInfo.processInfo.environment["DOCKER_DRIVER"] ?? ""
        result.storageDriver = driver.isEmpty ? configuration.storageDriver : driver
        result.storageOptions = configuration.storageOptions
        result.isNetworkDisabled = configuration.bridge == "none"
        result.labels = configuration.labels
        result.logDriver = configuration.logDriver
        result.logOptions = configuration.logOptions
        result.defaultUlimits = configuration.defaultUlimits.map { Ulimit(name: $0.name, soft: $0.soft, hard: $0.hard) }
        result.buildPidsLimit = configuration.buildPidsLimit
        result.cgroupParent = configuration.cgroupParent
        result.keepsContainersOnShutdown = configuration.liveRestore
        result.restartsContainers = configuration.restartsContainers
        result.isDebug = configuration.isDebug
        result.keepsPulledLayers = configuration.keepsPulledLayers
        result.registryMirrors = configuration.registryMirrors
        result.insecureRegistries = configuration.insecureRegistries
        return result
    }

    private func networkConfiguration() -> NetworkConfiguration {
        var network = NetworkConfiguration(runDirectory: configuration.runRoot)
        if !configuration.bridgeName.isEmpty {
            network.bridge = configuration.bridgeName
            network.tableName = "martlet_" + configuration.bridgeName
        }
        if !configuration.bridge.isEmpty {
            network.bridge = configuration.bridge
            network.createsBridge = false
        }
        network.bridgeCIDR = configuration.bip.isEmpty ? nil : configuration.bip
        network.fixedCIDR = configuration.fixedCIDR.isEmpty ? nil : configuration.fixedCIDR
        network.hasIPv6 = configuration.hasIPv6
        network.fixedCIDRv6 = configuration.fixedCIDRv6
        network.defaultGateway = configuration.defaultGateway
        network.defaultGatewayV6 = configuration.defaultGatewayV6
        network.usesProxy = configuration.usesProxy
        network.mtu = configuration.mtu
        network.defaultBindAddress = configuration.defaultBindAddress
        network.dns = configuration.dns
        network.dnsSearch = configuration.dnsSearch
        network.dnsOptions = configuration.dnsOptions
        network.managesFirewall = configuration.managesFirewall
        network.masquerades = configuration.masquerades
        network.forwards = configuration.forwards
        network.allowsInterContainer = configuration.allowsInterContainer
        return network
    }
}
