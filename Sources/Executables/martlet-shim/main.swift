import OCIRuntime

let arguments = CommandLine.arguments
if arguments.count == 3 && arguments[1] == "supervise" {
    exitProcess(Supervisor.run(bundle: arguments[2]))
} else {
    exitProcess(64)
}
