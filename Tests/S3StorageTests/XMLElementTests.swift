import Testing

@testable import S3Storage

@Suite struct XMLElementTests {
    @Test func readsAList() {
        let document = XMLElement(
            parsing: Array(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <!-- a comment --><s3:ListBucketResult xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/">
                  <Name>bucket</Name><Prefix/><IsTruncated>false</IsTruncated>
                  <Contents><Key>a&amp;b&#x2f;&#99;<!-- inside --></Key><ETag>&quot;1&quot;</ETag><Size>434234</Size></Contents>
                  <Contents><Key><![CDATA[<d>]]></Key></Contents>
                </s3:ListBucketResult>
                """.utf8))
        #expect(document?.name == "ListBucketResult")
        #expect(document?["Prefix"] == "")
        #expect(document?.all("Contents").map { $0["Key"] } == ["a&b/c", "<d>"])
        #expect(document?.all("Contents").first?["ETag"] == "\"1\"")
        #expect(document?["NextMarker"] == nil)
    }

    @Test(arguments: [
        "", "text", "<a>", "<a></b>", "<a", "<a b></a>", "<a b='></a>", "<a>&nbsp;</a>", "<a>&#xd800;</a>",
        "<a>&amp</a>",
        "<a/><b/>", "<a></a>more", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a><![CDATA[</a>", "<?xml",
        "<a><!--</a>",
        String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100),
    ]) func refuses(_ text: String) { #expect(XMLElement(parsing: text.utf8) == nil) }

    @Test func anyPrefixOfOneIsRefused() {
        let whole = Array("<a b=\"c\"><d>&lt;</d><!-- e --><f/></a>".utf8)
        #expect(XMLElement(parsing: whole) != nil)
        for count in 0..<whole.count { #expect(XMLElement(parsing: whole.prefix(count)) == nil) }
    }
}
