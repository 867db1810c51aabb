import Testing

@testable import HostSystem

@Suite struct CodePagesTests {
    @Test func onlyTheCodeOfFilesIsMeant() {
        #expect(
            CodePages.code("55d0c0a00000-55d0c1200000 r-xp 00000000 fe:00 123                /usr/bin/x")
                == 0x55d0_c0a0_0000..<0x55d0_c120_0000)
        for line in [
            "55d0c1200000-55d0c1300000 r--p 00800000 fe:00 123                        /usr/bin/x",
            "55d0c1300000-55d0c1400000 rw-p 00900000 fe:00 123                        /usr/bin/x",
            "7ffd1a5f2000-7ffd1a5f4000 r-xp 00000000 00:00 0                          [vdso]",
            "7f0000000000-7f0000001000 r-xp 00000000 00:00 0 ", "garbage", "",
        ] { #expect(CodePages.code(line) == nil) }
    }

    /// What was released comes back by itself.
    @Test func codeRunsOnAfterwards() {
        CodePages.release()
        #expect([3, 1, 2].sorted().map { "\($0)" }.joined() == "123")
    }
}
