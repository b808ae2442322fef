//! Hostile drawings are refused, strange ones lose what is strange, and good ones can be drawn.

use proptest::prelude::*;

use super::*;

fn svg(inside: &str) -> String {
    format!("<svg xmlns=\"{NAMESPACE}\" viewBox=\"0 0 10 10\">{inside}</svg>")
}

#[test]
fn what_draws_stays() {
    let rows = [
        (
            "<path d=\"M0 0L10,10z\" fill=\"#fff\"/>",
            "<path d=\"M0 0L10,10z\" fill=\"#fff\"></path>",
        ),
        ("<g><title>A &amp; B</title></g>", "<g><title>A &amp; B</title></g>"),
        ("<!-- x --><rect width='10'/>", "<rect width=\"10\"></rect>"),
        ("<rect fill=\"url(#a)\"/>", "<rect fill=\"url(#a)\"></rect>"),
        (
            "<rect style=\"fill:url(#a);stroke : red\"/>",
            "<rect fill=\"url(#a)\" stroke=\"red\"></rect>",
        ),
    ];
    for (source, want) in rows {
        let drawing = sanitize(&svg(source)).unwrap();
        assert_eq!((drawing.text, drawing.notes), (svg(want), Vec::new()), "{source}");
    }
    let classes = "<style type=\"text/css\">.st0{fill:#FFF;stroke:red}\n.st1,.st2{fill:url(#a)}</style>\
                   <rect class=\"st0\" fill=\"blue\"/><rect class=\"st2 none\"/>";
    let want = "<rect class=\"st0\" fill=\"#FFF\" stroke=\"red\"></rect><rect class=\"st2 none\" fill=\"url(#a)\"></rect>";
    assert_eq!(sanitize(&svg(classes)).unwrap().text, svg(want), "as drawing programs write it");
    let declared = format!("\u{feff}<?xml version=\"1.0\"?>\n{}\n", svg(""));
    assert_eq!(sanitize(&declared).unwrap().text, svg(""));
}

#[test]
fn what_runs_loads_or_links_is_refused() {
    let rows = [
        "<script>alert(1)</script>",
        "<SCRIPT/>",
        "<svg:script>alert(1)</svg:script>",
        "<x:script xmlns:x=\"http://www.w3.org/1999/xhtml\"/>",
        "<g><unknown><script/></unknown></g>",
        "<rect onload=\"alert(1)\"/>",
        "<rect ONCLICK='x'/>",
        "<unknown onload=\"x\"/>",
        "<foreignObject><p>x</p></foreignObject>",
        "<image href=\"https://evil.example/x.png\"/>",
        "<a href=\"javascript:alert(1)\"><rect/></a>",
        "<use href=\"https://evil.example/x.svg#a\"/>",
        "<use xlink:href=\"data:image/svg+xml,x\"/>",
        "<linearGradient href=\"//evil.example\"/>",
        "<animate attributeName=\"href\" to=\"javascript:x\"/>",
        "<set attributeName=\"onload\" to=\"x\"/>",
        "<rect fill=\"url(https://evil.example/x)\"/>",
        "<rect fill=\"u&#x72;l(https://evil.example/x)\"/>",
        "<rect fill=\"url( '//evil.example' )\"/>",
        "<rect fill=\"url(#a) url(x)\"/>",
        "<rect style=\"fill:\\75rl(x)\"/>",
        "<rect style=\"background:url(java&#9;script:x)\"/>",
        "<rect fill=\"java&#10;script:x\"/>",
        "<style>.a{fill:url(https://evil.example/)}</style>",
        "<style>@import 'x';</style>",
        "<style>.a{fill:\\75rl(x)}</style>",
        "<feImage href=\"x\"/>",
        "<![CDATA[<script>]]>",
        "<rect fill=\"&unknown;\"/>",
        "<rect fill=\"a\" fill=\"b\"/>",
        "<rect fill=a/>",
        "<rect fill=\"a\"x=\"b\"/>",
        "<rect fill='<script>'/>",
        "<rect>",
        "</svg><svg>",
        "<title>\u{1b}</title>",
        "<handler>x</handler>",
    ];
    for source in rows {
        assert!(sanitize(&svg(source)).is_err(), "{source}: {:?}", sanitize(&svg(source)));
    }
    let whole = [
        "<html><body/></html>",
        "<!DOCTYPE svg [<!ENTITY x \"y\">]><svg/>",
        "<?xml-stylesheet href=\"x\"?><svg/>",
        "<svg/><svg/>",
        "text<svg/>",
        "",
        "   ",
    ];
    for source in whole {
        assert!(sanitize(source).is_err(), "{source}");
    }
}

#[test]
fn what_is_not_known_is_left_out_and_told() {
    let rows = [
        ("<style>rect{fill:red}</style><rect/>", "<rect></rect>"),
        (
            "<style>@media print{.a{fill:red}}</style><rect class=\"a\"/>",
            "<rect class=\"a\"></rect>",
        ),
        ("<metadata><x resource=\"http://purl.example/\"/></metadata>", ""),
        ("<metadata><x>text</x></metadata>", ""),
        ("<use href=\"#a\"/>", ""),
        ("<filter id=\"f\"/>", ""),
        ("<rect sodipodi:role=\"line\"/>", "<rect></rect>"),
        ("<rect tabindex=\"1\"/>", "<rect></rect>"),
    ];
    for (source, want) in rows {
        let drawing = sanitize(&svg(source)).unwrap();
        assert_eq!(drawing.text, svg(want), "{source}");
        assert!(!drawing.notes.is_empty(), "{source}");
    }
}

#[test]
fn depth_and_number_are_bounded() {
    assert!(sanitize(&svg(&format!("{}{}", "<g>".repeat(31), "</g>".repeat(31)))).is_ok());
    assert!(sanitize(&svg(&format!("{}{}", "<g>".repeat(32), "</g>".repeat(32)))).is_err());
    assert!(sanitize(&svg(&"<g/>".repeat(2_000))).is_err());
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<svg>",
        "</svg>",
        "<g>",
        "</g>",
        "<g ",
        "<rect ",
        "/>",
        ">",
        "<",
        "fill=",
        "\"",
        "'",
        "red",
        "url(",
        "#a",
        ")",
        "&amp;",
        "&lt;",
        "&#60;",
        "script",
        "onload=",
        "<script>",
        "<!--",
        "-->",
        "style=",
        "href=",
        "<title>",
        "</title>",
        "javascript:",
        " ",
        "x",
        "<style>",
        "</style>",
    ]);
    prop::collection::vec(piece, 0..30).prop_map(|pieces| format!("<svg>{}</svg>", pieces.concat()))
}

proptest! {
    #[test]
    fn whatever_comes_out_is_harmless_and_stays_as_it_is(source in pieces()) {
        let Ok(drawing) = sanitize(&source) else { return Ok(()) };
        for never in ["<script", "<style", "<!"] {
            prop_assert!(!drawing.text.contains(never), "{never}: {}", drawing.text);
        }
        let again = sanitize(&drawing.text).unwrap();
        prop_assert_eq!((&again.text, again.notes.len()), (&drawing.text, 0));
    }
}
