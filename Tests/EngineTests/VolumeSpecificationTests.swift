import Primitives
import Testing

@testable import Engine

@Suite struct VolumeSpecificationTests {
    @Test func aPathAloneIsAnAnonymousVolume() throws {
        let volume = try VolumeSpecification("/data")
        #expect(volume.source == "" && volume.destination == "/data" && volume.isWritable && !volume.isBind)
    }

    @Test func aHostPathIsABind() throws {
        let bind = try VolumeSpecification("/srv/site/:/www:ro")
        #expect(bind.source == "/srv/site" && bind.destination == "/www" && !bind.isWritable && bind.isBind)
    }

    @Test func aNameIsANamedVolume() throws {
        let volume = try VolumeSpecification("cache:/var/cache:nocopy")
        #expect(volume.source == "cache" && !volume.isBind && !volume.copiesImageContent)
    }

    @Test func destinationsAreCleaned() throws {
        #expect(try VolumeSpecification("/a/../b/./c//d").destination == "/b/c/d")
    }

    @Test func propagationIsKept() throws {
        #expect(try VolumeSpecification("/a:/b:rshared,ro").propagation == "rshared")
    }

    @Test(arguments: [
        "", ":", "/a:", ":/b", "/a:b", "/a:/b:what", "/a:/", "/", "a:/b:/c:/d", "name:/c:shared",
    ])
    func nonsenseIsRefused(_ text: String) {
        #expect { try VolumeSpecification(text) } throws: { ($0 as? EngineError)?.kind == .badParameter }
    }
}
