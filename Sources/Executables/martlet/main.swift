internal import DockerCLI
internal import HostSystem

// Wiring only: the name this program was called by chooses the client.
SignalPipe.ignoreBrokenPipes()
CurrentProcess.quit(Docker().run(Array(CommandLine.arguments.dropFirst())))
