import APIModel
import Primitives
import Testing

@testable import Engine

@Suite struct ConfigMergeTests {
    private var image: ContainerConfig {
        var image = ContainerConfig()
        image.env = ["PATH=/bin", "A=image"]
        image.cmd = ["serve"]
        image.entrypoint = ["/init"]
        image.workingDir = "/srv"
        image.user = "web"
        image.labels = ["a": "image", "b": "image"]
        image.exposedPorts = ["80/tcp": EmptyObject()]
        return image
    }

    private func merged(_ change: (inout ContainerConfig) -> Void) -> ContainerConfig {
        var config = ContainerConfig()
        change(&config)
        ConfigMerge.merge(image, into: &config)
        return config
    }

    @Test func emptyRequestsTakeTheImage() throws {
        let config = merged { _ in }
        #expect(config.user == "web" && config.workingDir == "/srv" && config.exposedPorts["80/tcp"] != nil)
        let command = try ConfigMerge.command(of: config)
        #expect(command.path == "/init" && command.arguments == ["serve"])
    }

    @Test func aCommandReplacesTheImagesButKeepsItsEntrypoint() throws {
        let command = try ConfigMerge.command(of: merged { $0.cmd = ["echo", "x"] })
        #expect(command.path == "/init" && command.arguments == ["echo", "x"])
    }

    @Test func anEntrypointDropsTheImagesCommand() throws {
        let command = try ConfigMerge.command(of: merged { $0.entrypoint = ["/bin/sh"] })
        #expect(command.path == "/bin/sh" && command.arguments == [])
    }

    @Test func anEmptyEntrypointResetsTheImages() throws {
        let config = merged {
            $0.entrypoint = [""]
            $0.cmd = ["true"]
        }
        #expect(try ConfigMerge.command(of: config).path == "true")
    }

    @Test func variablesOfTheRequestWin() {
        let config = merged { $0.env = ["A=mine"] }
        #expect(Set(config.env ?? []) == ["A=mine", "PATH=/bin"])
    }

    @Test func labelsOfTheRequestWin() {
        #expect(merged { $0.labels = ["a": "mine"] }.labels == ["a": "mine", "b": "image"])
    }

    @Test func nothingToRunIsRefused() {
        #expect { try ConfigMerge.command(of: ContainerConfig()) } throws: {
            ($0 as? EngineError)?.message == "no command specified"
        }
    }
}
