import OCIRuntime
import PortProxy

let arguments = CommandLine.arguments
if arguments.count == 3 && arguments[1] == "supervise" {
    exitProcess(Supervisor.run(bundle: arguments[2]))
} else if arguments.count == 4 && arguments[1] == ProxyProgram.word {
    exitProcess(ProxyProgram.run())
} else {
    exitProcess(64)
}
