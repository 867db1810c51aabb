import APIModel
import OCIRuntime
import Primitives
import Testing

@testable import LaunchSpec

@Suite struct SecurityOptionsTests {
    @Test(arguments: [
        (["no-new-privileges"], true), (["no-new-privileges=true"], true), (["no-new-privileges:1"], true),
        (["no-new-privileges=false"], false), ([], false),
        (["label=disable", "apparmor=unconfined", "disable"], false),
    ])
    func readsNoNewPrivileges(options: [String], isOn: Bool) throws {
        #expect(try SecurityOptions(options).noNewPrivileges == isOn)
    }

    @Test(arguments: [
        ("seccomp=unconfined", SecurityOptions.Seccomp.unconfined), ("seccomp:unconfined", .unconfined),
        ("seccomp=builtin", .standard), (#"seccomp={"a":"b=c"}"#, .profile(#"{"a":"b=c"}"#)),
    ])
    func readsSeccomp(option: String, choice: SecurityOptions.Seccomp) throws {
        #expect(try SecurityOptions([option]).seccomp == choice)
    }

    @Test(arguments: [
        ("nothing", "invalid --security-opt 1: \"nothing\"", EngineError.Kind.badParameter),
        ("no-new-privileges=maybe", "invalid --security-opt 2: \"no-new-privileges=maybe\"", .badParameter),
        ("x=y", "invalid --security-opt 2: \"x=y\"", .badParameter),
        ("apparmor=mine", "security option 'apparmor=mine' is not supported yet", .notImplemented),
        ("label=user:u", "security option 'label=user:u' is not supported yet", .notImplemented),
        ("label:level:s0", "security option 'label:level:s0' is not supported yet", .notImplemented),
    ])
    func refuses(option: String, text: String, kind: EngineError.Kind) {
        #expect { try SecurityOptions([option]) } throws: {
            ($0 as? EngineError)?.message == text && ($0 as? EngineError)?.kind == kind
        }
    }

    @Test(arguments: [
        ("ipc", "container:", "invalid IPC mode: container:"), ("ipc", "mine", "invalid IPC mode: mine"),
        ("pid", "private", "invalid PID mode: private"), ("uts", "container:x", "invalid UTS mode: container:x"),
        ("cgroup", "x", "invalid cgroup namespace mode: x"),
    ])
    func refusesModes(kind: String, mode: String, text: String) {
        var hostConfig = HostConfig()
        switch kind {
        case "ipc": hostConfig.ipcMode = mode
        case "pid": hostConfig.pidMode = mode
        case "uts": hostConfig.utsMode = mode
        default: hostConfig.cgroupnsMode = mode
        }
        #expect { try LaunchSpec.validate(config: ContainerConfig(), hostConfig: hostConfig) } throws: {
            ($0 as? EngineError)?.message == text
        }
    }

    @Test func addingAllKeepsWhatIsDropped() throws {
        let names = try CapabilitySet.resolve(add: ["ALL", "SYS_ADMIN"], drop: ["sys_admin"], privileged: false)
        #expect(names.count == 40 && !names.contains("CAP_SYS_ADMIN"))
        #expect(try CapabilitySet.resolve(add: ["MKNOD"], drop: ["MKNOD"], privileged: false).contains("CAP_MKNOD"))
        #expect { try CapabilitySet.resolve(add: [], drop: ["x"], privileged: true) } throws: {
            ($0 as? EngineError)?.message == "invalid CapDrop: unknown capability: \"CAP_X\""
        }
    }
}
