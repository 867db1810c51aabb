import Primitives
import S3Storage
import Testing

@testable import RegistryServer

@Suite struct ConfigurationTests {
    /// As Debian's package of distribution 2.8 ships it, but for its access control.
    static let debian = """
        version: 0.1
        log:
          fields:
            service: registry
        storage:
          cache:
            blobdescriptor: inmemory
          filesystem:
            rootdirectory: /var/lib/docker-registry
          delete:
            enabled: true
        http:
          addr: :5000
          headers:
            X-Content-Type-Options: [nosniff]
        auth:
          htpasswd:
            realm: basic-realm
            path: /etc/docker/registry
        health:
          storagedriver:
            enabled: true
            interval: 10s
            threshold: 3
        """

    @Test func distributionsFileIsRead() throws {
        let read = try RegistryConfiguration.read(Self.debian)
        guard case .filesystem(let root) = read.storage.driver, case .htpasswd(let realm, let path) = read.access else {
            Issue.record("another driver or access control")
            return
        }
        #expect((root, realm, path) == ("/var/lib/docker-registry", "basic-realm", "/etc/docker/registry"))
        #expect(read.storage.allowsDeletes && read.http.api.allowsDeletes && read.storage.cachesManifests)
        #expect(read.http.api.headers.map { "\($0): \($1)" } == ["X-Content-Type-Options: nosniff"])
        #expect(read.health.storage?.threshold == 3)
        #expect(read.log.fields.map { "\($0)=\($1)" } == ["service=registry"])
    }

    /// Files of distribution's are taken as they are, and the log says what of them is for nothing.
    @Test func keysWithoutEffectAreNamed() throws {
        let read = try RegistryConfiguration.read(
            """
            storage: {filesystem: {rootdirectory: /a, maxthreads: 100}}
            compatibility: {schema1: {signingkeyfile: /etc/key.json}}
            """)
        #expect(read.withoutEffect == ["storage.filesystem.maxthreads", "compatibility.schema1.signingkeyfile"])
        #expect(try RegistryConfiguration.read(Self.debian).withoutEffect == [])
    }

    @Test func theDefaultsHoldWithoutAFile() throws {
        let read = try RegistryConfiguration.read("")
        #expect(read.http.address == ":5000" && !read.storage.allowsDeletes && read.storage.purging.isEnabled)
        #expect(read.storage.purging.age == .seconds(7 * 86_400))
    }

    /// As distribution: the defaults are for those who have no file.
    @Test(arguments: ["", "version: 0.1", "version: 0.1\nstorage: {delete: {enabled: true}}"])
    func aFileHasAStorage(_ text: String) throws {
        #expect { try RegistryConfiguration.read(file: text) } throws: {
            ($0 as? EngineError)?.message.contains("no storage configuration provided") == true
        }
        _ = try RegistryConfiguration.read(file: text, environment: ["REGISTRY_STORAGE": "inmemory"])
        _ = try RegistryConfiguration.read(file: nil)
    }

    @Test func theEnvironmentStandsOverTheFile() throws {
        let read = try RegistryConfiguration.read(
            Self.debian,
            environment: [
                "REGISTRY_HTTP_ADDR": "127.0.0.1:80", "REGISTRY_STORAGE_DELETE_ENABLED": "false",
                "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": "/srv", "REGISTRY_VERSION": "9", "HOME": "/root",
                "REGISTRY_HTTP_HEADERS_X-CONTENT-TYPE-OPTIONS": "[none]", "REGISTRY_CONFIGURATION_PATH": "/x",
            ])
        #expect(read.http.address == "127.0.0.1:80" && !read.storage.allowsDeletes)
        #expect(read.http.api.headers.map { "\($0): \($1)" } == ["X-Content-Type-Options: none"])
        guard case .filesystem("/srv") = read.storage.driver else {
            Issue.record("another folder")
            return
        }
    }

    @Test func anotherStorageTakesTheFilesPlace() throws {
        let read = try RegistryConfiguration.read(
            Self.debian, environment: ["REGISTRY_STORAGE": "inmemory", "REGISTRY_STORAGE_DELETE_ENABLED": "true"])
        guard case .inMemory = read.storage.driver else {
            Issue.record("another driver")
            return
        }
        #expect(read.storage.allowsDeletes)
    }

    // Distribution's docs, "S3 storage driver": the parameters and their defaults.
    @Test func aBucketIsRead() throws {
        let text = """
            storage:
              s3: {bucket: images, region: eu-west-1, accesskey: id, secretkey: secret, rootdirectory: /a/b, encrypt: true,
                keyid: key, chunksize: 5242880, storageclass: none, regionendpoint: "http://minio:9000", secure: false}
              redirect: {disable: true}
            """
        let read = try RegistryConfiguration.read(text)
        guard case .s3(let settings) = read.storage.driver else {
            Issue.record("another driver")
            return
        }
        #expect(settings.bucket == "images" && settings.region == "eu-west-1" && settings.root == "/a/b")
        #expect(settings.keys.id == "id" && settings.keys.secret == "secret" && settings.keys.token == nil)
        #expect(settings.endpoint == "http://minio:9000" && settings.usesPathStyle == nil && !settings.isSecure)
        #expect(settings.isEncrypted && settings.encryptionKey == "key" && settings.storageClass == nil)
        #expect(settings.chunkSize == 5 << 20 && settings.copyChunkSize == 32 << 20 && settings.copyConcurrency == 100)
        #expect(!read.storage.redirects && !read.http.api.redirects)
    }

    @Test(arguments: [
        ("version: 0.2", "version '0.2'"), ("storag: {}", "'storag' is unknown"),
        ("http: {adr: x}", "'http.adr' is unknown"),
        ("storage: {floppy: {}}", "'floppy' is unknown"),
        ("storage: {filesystem: {}, inmemory: {}}", "several drivers"),
        ("storage: {filesystem: {rootdir: x}}", "'storage.filesystem.rootdir' is unknown"),
        ("storage: {cache: {blobdescriptor: redis}}", "redis' is not supported"),
        ("redis: {addr: x}", "'redis' is not"),
        ("middleware: {storage: [{name: cloudfront}]}", "'middleware' is not supported"),
        ("http: {tls: {letsencrypt: {email: x}}}", "'http.tls.letsencrypt'"),
        ("http: {tls: {certificate: x}}", "and a key"),
        ("auth: {silly: {realm: x}}", "'auth.silly'"), ("auth: {htpasswd: {realm: x}}", "realm and a path"),
        ("auth: {htpasswd: {realm: x, path: y}, token: {}}", "several controllers"),
        ("log: {level: loud}", "not 'loud'"),
        ("http: {addr: [x]}", "has to be a text"), ("http: []", "has to be a map"),
        ("storage: {delete: {enabled: 1}}", "true or false"),
        ("notifications: {endpoints: [{name: x, url: 'ftp://x'}]}", "an http(s) url"),
        ("health: {file: [{}]}", "needs 'file'"),
        ("http: {headers: {'A b': x}}", "can't be a header"),
        ("http: {headers: {A: \"x\\r\\ny\"}}", "can't be a header"),
        ("http: {draintimeout: soon}", "a duration"), ("catalog: {maxentries: 0}", "a number from 1"), ("a: [", "line"),
    ]) func isRefusedByName(_ text: String, _ part: String) {
        #expect { try RegistryConfiguration.read(text) } throws: {
            ($0 as? EngineError)?.message.contains(part) == true
        }
    }
}
