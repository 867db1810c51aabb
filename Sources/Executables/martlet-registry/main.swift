internal import HostSystem
internal import RegistryServer

// Wiring only.
CurrentProcess.quit(RegistryProgram().run(Array(CommandLine.arguments.dropFirst())))
