import Primitives
import Testing

@Suite struct SignalTests {
    @Test(arguments: [
        ("KILL", 9), ("SIGKILL", 9), ("sigterm", 15), ("9", 9), ("HUP", 1), ("WINCH", 28), ("RTMIN", 34),
        ("RTMIN+3", 37), ("SIGRTMAX-1", 63), ("31", 31),
    ])
    func namesAndNumbers(_ text: String, _ number: Int32) throws {
        #expect(try Signal.parse(text) == number)
    }

    @Test(arguments: ["", "0", "65", "-9", "FOO", "SIG", "SIGRTMIN+40"])
    func othersAreInvalid(_ text: String) {
        #expect { try Signal.parse(text) } throws: { ($0 as? EngineError)?.message == "invalid signal: \(text)" }
    }
}
