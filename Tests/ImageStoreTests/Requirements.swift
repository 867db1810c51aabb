import Foundation
import Testing

func geteuidIsRoot() -> Bool { geteuid() == 0 }

/// A test that cannot run here is a failure where everything is required.
func requiresRoot() {
    if ProcessInfo.processInfo.environment["REQUIRE_ALL"] == "1" { Issue.record("needs root") }
}
