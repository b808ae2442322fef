//! Hostile style sheets are refused, strange ones lose what is strange, and good ones stay as they are.

use proptest::prelude::*;

use super::*;

fn css(source: &str) -> String {
    sanitize(source).unwrap_or_else(|refused| panic!("{source}: {refused}")).css
}

#[test]
fn what_a_tenant_needs_stays() {
    let rows = [
        ("h1 { color: #fff; }", ".brand h1{color:#fff}\n"),
        (
            ".brand{background:linear-gradient(120deg,var(--brand) 55%,#0aa5a0)}",
            ".brand{background:linear-gradient(120deg,var(--brand) 55%,#0aa5a0)}\n",
        ),
        (
            "header > p.kind:hover, footer a { letter-spacing: -.02em }",
            ".brand header>p.kind:hover,.brand footer a{letter-spacing:-.02em}\n",
        ),
        (
            "h1{font-family:\"Open Sans\",'Arial',sans-serif}",
            ".brand h1{font-family:\"Open Sans\",\"Arial\",sans-serif}\n",
        ),
        (
            "@media (prefers-color-scheme: dark) and (min-width:40rem){h1{color:RGB(1,2,3)}}",
            "@media (prefers-color-scheme:dark) and (min-width:40rem){.brand h1{color:rgb(1,2,3)}\n}\n",
        ),
        (
            "h1{font-size:clamp(1rem, calc(1rem + 2%), 3rem)}",
            ".brand h1{font-size:clamp(1rem, calc(1rem + 2%), 3rem)}\n",
        ),
        ("/* a comment */h1/**/{color:red;;}", ".brand h1{color:red}\n"),
        ("\u{feff}", ""),
    ];
    for (source, want) in rows {
        if source == "\u{feff}" {
            assert_eq!(css(source), want);
            continue;
        }
        let sheet = sanitize(source).unwrap();
        assert_eq!((sheet.css.as_str(), &sheet.notes), (want, &Vec::new()), "{source}");
    }
}

#[test]
fn what_loads_runs_or_covers_is_refused() {
    let rows = [
        "h1{background:url(https://evil.example/x)}",
        "h1{background:URL('x')}",
        r"h1{background:\75rl(x)}",
        r"h1{background:\75 rl(x)}",
        r"h1{background:\000075\72 l(x)}",
        r"h1{background:u\72l(x)}",
        "h1{background:u/**/rl(x);color:expression(alert(1))}",
        "h1{background:image-set('x' 1x)}",
        "h1{background:-webkit-image-set(url(x) 1x)}",
        "h1{background:src(\"x\")}",
        "h1{unknown:url(x)}",
        "h1[a=url(x)]{color:red}",
        "@import 'x.css';",
        "@IMPORT url(x);",
        r"@\69mport 'x';",
        "@font-face{font-family:x;src:local(x)}",
        "@namespace svg 'x';",
        "@charset \"utf-7\";",
        "h1{width:expression(alert(1))}",
        r"h1{width:e\78pression(1)}",
        "h1{behavior:none}",
        "h1{behaviour:x}",
        "h1{-moz-binding:none}",
        r"h1{-moz-bindin\67:none}",
        "h1{position:fixed}",
        "h1{position : /**/ FIXED}",
        r"h1{position:fi\78 ed}",
        "h1{position:absolute}",
        "h1{position:sticky}",
        "</style><script>alert(1)</script>",
        "h1{color:red}</style >",
        "h1{font-family:'</style>'}",
        r"h1{font-family:'\3c/style>'}",
        "h1{font-family:'javascript:alert(1)'}",
        "h1{font-family:\"//evil.example\"}",
        "h1{font-family:' java script:x'}",
        "<!-- h1{color:red} -->",
        "h1{color:attr(data-x)}",
        "h1{color:red",
        "h1{color:red}}",
        "h1{color:rgb(1,2,3}",
        "h1{color:red]}",
        "/* h1{color:red}",
        "h1{font-family:'open}",
        "h1{font-family:'o\npen'}",
        "h1{color:red\0}",
        "h1{color:\\\nred}",
        "h1{color:red}\\",
        "a{b:((((((((((((((((((1))))))))))))))))))}",
    ];
    for source in rows {
        assert!(sanitize(source).is_err(), "{source}: {:?}", sanitize(source));
    }
}

#[test]
fn what_is_not_known_is_left_out_and_told() {
    let rows = [
        ("h1{display:none;color:red}", ".brand h1{color:red}\n"),
        ("h1{z-index:9;opacity:0;visibility:hidden;transform:none;content:'x'}", ""),
        ("h1{margin:-10px}", ""),
        ("h1{margin:calc(0px - 100px)}", ""),
        ("h1{box-shadow:0 0 0 2000px red}", ""),
        ("h1{color:red !important}", ""),
        ("h1{font-size:5000px}", ""),
        ("h1{width:100vw}", ""),
        ("h1{font-size:1e3px}", ""),
        ("h1{color:#12345}", ""),
        ("h1{--brand:red}", ""),
        ("h1{color:var(--secret)}", ""),
        ("h1::before{color:red}", ""),
        ("#login{color:red}", ""),
        ("*{color:red}", ""),
        (".brand + form{color:red}", ""),
        (".brand ~ form{color:red}", ""),
        ("h1:has(form){color:red}", ""),
        ("input[value^=a]{color:red}", ""),
        ("h1, #x{color:red}", ""),
        ("@supports (color:red){h1{color:red}}h2{color:red}", ".brand h2{color:red}\n"),
        ("@layer x;h2{color:red}", ".brand h2{color:red}\n"),
        ("@media print{h1{color:red}}", ""),
        ("@media (min-width:1px){@media (min-width:1px){h1{color:red}}}", ""),
        ("h1{color:red;a{color:blue}}", ".brand h1{color:red}\n"),
        ("h1{color:red;a{color:blue}font-size:1rem}", ".brand h1{color:red;font-size:1rem}\n"),
        ("h\u{131}{color:red}", ""),
        ("h1", ""),
        (",h1{color:red}", ""),
        ("h1 >{color:red}", ""),
    ];
    for (source, want) in rows {
        let sheet = sanitize(source).unwrap_or_else(|refused| panic!("{source}: {refused}"));
        assert_eq!(sheet.css, want, "{source}");
        assert!(!sheet.notes.is_empty(), "{source}");
    }
}

#[test]
fn everything_stays_below_the_scope() {
    for source in [
        "h1{color:red}",
        ".x .brand{color:red}",
        "html>body{color:red}",
        ":hover{color:red}",
        ".brand:hover h1{color:red}",
        ".branded{color:red}",
    ] {
        let css = css(source);
        let first = css.split([' ', '{', ':', '>']).next();
        assert_eq!(first, Some(".brand"), "{source}: {css}");
    }
}

#[test]
fn lines_are_told_as_editors_count_them() {
    let told = sanitize("h1{color:red}\r\n\r\nh1{display:none}\n").unwrap();
    assert_eq!(told.notes[0].line, 3);
    let refused = sanitize("h1{\n\n\ncolor:url(x)}").unwrap_err();
    assert_eq!((refused.line, refused.to_string().as_str()), (4, "line 4: url() is not allowed"));
}

#[test]
fn sizes_are_bounded() {
    assert!(sanitize(&"h1{color:red}".repeat(1_200)).is_ok());
    assert!(sanitize(&"h1{color:red}".repeat(1_261)).is_err(), "bytes");
    assert!(sanitize(&format!("h1{{{}}}", "a:b;".repeat(2_001))).is_err(), "declarations");
    assert_eq!(sanitize(&"h1{x:y}".repeat(200)).unwrap().notes.len(), MAX_NOTES);
}

/// Pieces that mean something, glued together at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "h1",
        ".brand",
        " ",
        "{",
        "}",
        "color",
        ":",
        "red",
        ";",
        "url(",
        ")",
        "\\75",
        "\\",
        "@media",
        "@import",
        "(",
        "'",
        "\"",
        "/*",
        "*/",
        "<",
        "</style>",
        "position",
        "fixed",
        "expression(",
        "rgb(",
        ",",
        "1px",
        "-1px",
        "#fff",
        "~",
        "+",
        ">",
        "[",
        "]",
        "\n",
        "min-width",
        "margin",
        "é",
        "!important",
        "var(",
        "--brand",
        "--x",
        "font-family",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_comes_out_is_harmless_and_stays_as_it_is(source in prop_oneof![pieces(), any::<String>()]) {
        let Ok(sheet) = sanitize(&source) else { return Ok(()) };
        prop_assert!(sheet.css.is_ascii());
        for never in ["url", "\\", "<", "@import", "expression", "fixed", "!", "~", "//", "binding"] {
            prop_assert!(!sheet.css.contains(never), "{never}: {}", sheet.css);
        }
        let rules = sheet.css.lines().filter(|line| !line.is_empty() && *line != "}");
        for rule in rules {
            let rule = rule.rsplit_once("){").map_or(rule, |(_, rest)| if rule.starts_with('@') { rest } else { rule });
            prop_assert!(rule.starts_with(".brand"), "{rule}");
        }
        let again = sanitize(&sheet.css).unwrap();
        prop_assert_eq!((&again.css, again.notes.len()), (&sheet.css, 0));
    }
}
