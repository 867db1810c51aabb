import GoTemplate
import OrderedJSON
import Testing

// Expected texts are those of Go's text/template.
@Suite struct TemplateTests {
    private let data: JSONValue = [
        "Name": "/web", "State": ["Running": true, "Pid": 12], "Ports": ["80", "443"], "Labels": ["b": "2", "a": "1"],
        "Empty": [], "Null": nil,
    ]

    private func render(_ text: String) throws -> String { try Template(text).render(data) }

    @Test func fieldsAreWalked() throws {
        #expect(try render("{{.Name}} {{.State.Pid}} {{.State.Running}}") == "/web 12 true")
        #expect(try render("{{.Missing}}") == "<no value>")
    }

    /// A structure of Go's has its fields, and no others; what is below them may be anything.
    @Test func aStructureHasItsFieldsOnly() throws {
        func render(_ text: String) throws -> String {
            try Template(text).render(data, fields: ["State", "Null", "More"])
        }
        #expect(try render("{{.State.Missing}} {{.More}} {{with .State}}{{.Missing}}{{end}}").contains("<no value>"))
        for text in ["{{.Missing}}", "{{$.Missing}}", "{{with .State}}{{$.Missing}}{{end}}", "{{json .Missing.A}}"] {
            #expect { try render(text) } throws: { "\($0)".hasSuffix("can't evaluate field Missing") }
        }
    }

    @Test func aPartOfWhatIsInParenthesesIsTaken() throws {
        #expect(try render("{{json (index .Ports 0)}} {{eq (index .Ports 1) \"443\"}}") == "\"80\" true")
        #expect(try Template("{{json (index .Mounts 0).Source}}").render(["Mounts": [["Source": "/s"]]]) == "\"/s\"")
        #expect(try Template("{{eq (index .A 0).B \"x\"}}").render(["A": [["B": "x"]]]) == "true")
        #expect(try render("{{print (len .Ports) .Name}}") == "2/web")
    }

    @Test func aPrecisionCuts() throws {
        #expect(try render("{{printf \"%.2s|%5.2s|%-4.1s|\" .Name .Name .Name}}") == "/w|   /w|/   |")
    }

    @Test func aLabelIsAskedForByItsName() throws {
        let row: JSONValue = ["Label": ["a.b/c": "1"]]
        #expect(try Template("{{.Label \"a.b/c\"}}|{{.Label \"none\"}}").render(row) == "1|")
    }

    @Test func compositesPrintAsGoPrintsThem() throws {
        #expect(try render("{{.Ports}} {{.Labels}}") == "[80 443] map[a:1 b:2]")
        #expect(try render("{{json .Ports}}") == "[\"80\",\"443\"]")
    }

    @Test func rangeVisitsListsInOrderAndMapsByKey() throws {
        #expect(try render("{{range .Ports}}<{{.}}>{{end}}") == "<80><443>")
        #expect(try render("{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}") == "a=1;b=2;")
        #expect(try render("{{range $i, $p := .Ports}}{{$i}}{{$p}} {{$.Name}} {{end}}") == "080 /web 1443 /web ")
        #expect(try render("{{range .Empty}}x{{else}}none{{end}}") == "none")
    }

    @Test func conditionsChain() throws {
        #expect(try render("{{if .State.Running}}up{{else}}down{{end}}") == "up")
        #expect(try render("{{if .Empty}}a{{else if .Null}}b{{else}}c{{end}}") == "c")
        #expect(try render("{{with .State}}{{.Pid}}{{end}}") == "12")
        #expect(try render("{{if and .Name (eq .State.Pid 12)}}yes{{end}}") == "yes")
    }

    @Test func variablesKeepTheirBlock() throws {
        #expect(try render("{{$x := .Name}}{{if true}}{{$x = \"y\"}}{{end}}{{$x}}") == "y")
        #expect(throws: TemplateError.self) { try render("{{if true}}{{$z := 1}}{{end}}{{$z}}") }
    }

    @Test func functionsWorkAlone() throws {
        #expect(
            try render("{{index .Ports 1}} {{len .Ports}} {{upper .Name}} {{title \"ab cd\"}}") == "443 2 /WEB Ab Cd")
        #expect(try render("{{join .Ports \",\"}} {{split \"a,b\" \",\"}}") == "80,443 [a b]")
        #expect(try render("{{printf \"%s-%d\" .Name .State.Pid}} {{pad \"x\" 1 2}}|") == "/web-12  x  |")
        #expect(try render("{{truncate \"abcdef\" 3}}{{.Name | len}}") == "abc4")
    }

    @Test func trimMarkersEatBlanks() throws {
        #expect(try render("a  {{- .Name -}}  b{{/* note */}}") == "a/webb")
    }

    @Test(arguments: ["{{.Name", "{{if .X}}", "{{nope .X}}", "{{end}}", "{{(.X}}", "{{\"open}}", "{{}}"])
    func brokenTemplatesAreRefused(_ text: String) {
        #expect(throws: TemplateError.self) { try Template(text) }
    }

    @Test func depthIsBounded() {
        let deep = String(repeating: "{{if .X}}", count: 1000)
        #expect(throws: TemplateError.self) { try Template(deep) }
    }
}
