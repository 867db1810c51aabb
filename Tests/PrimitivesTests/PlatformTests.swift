import Primitives
import Testing

@Suite struct PlatformTests {
    /// containerd's platforms package: what a missing variant is taken for.
    @Test(arguments: [
        ("linux/amd64", "linux/amd64", true), ("linux/amd64", "linux/arm64", false),
        ("linux/amd64", "windows/amd64", false),
        ("linux/arm/v6", "linux/arm", true), ("linux/arm/v6", "linux/arm/v7", false),
        ("linux/arm", "linux/arm/v7", true),
        ("linux/arm64", "linux/arm64/v8", true), ("linux/arm64/v8", "linux/arm64", true),
        ("linux/arm64", "linux/arm64/v9", false), ("linux/amd64", "linux/amd64/v1", true),
        ("linux/riscv64", "linux/riscv64/x", false),
    ])
    func aVariantThatIsNotSaidIsTheUsualOne(_ own: String, _ wanted: String, _ serves: Bool) throws {
        #expect(try Platform(parsing: own).serves(Platform(parsing: wanted)) == serves)
    }
}
