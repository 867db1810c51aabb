internal import APIModel
internal import LaunchSpec
public import Primitives

extension Engine {
    /// Refuses what no container could be started with, before anything is opened. Errors: as create would say it.
    public static func check(_ configuration: EngineConfiguration) throws(EngineError) {
        var log = LogConfig()
        log.type = configuration.logDriver
        log.config = configuration.logOptions
        try LogSettings.check(log)
        var hostConfig = HostConfig()
        hostConfig.ulimits = configuration.defaultUlimits
        _ = try LaunchSpec.validate(config: ContainerConfig(), hostConfig: hostConfig)
    }
}
