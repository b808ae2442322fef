//! The portal's own files. Their address holds a hash of all of them, so browsers keep them for good, and a page
//! never meets a script of another version.

use std::sync::OnceLock;

use edge::door::Outbound;

/// A file with its media type.
type File = (&'static str, &'static str, &'static str);

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

macro_rules! files {
    ($($name:literal $media:ident,)*) => {
        const FILES: &[File] = &[$(($name, $media, include_str!(concat!("../app/", $name)))),*];
    };
}

files! {
    "style.css" STYLE,
    "app.css" STYLE,
    "main.mjs" SCRIPT,
    "api.mjs" SCRIPT,
    "dom.mjs" SCRIPT,
    "form.mjs" SCRIPT,
    "login.mjs" SCRIPT,
    "link.mjs" SCRIPT,
    "register.mjs" SCRIPT,
    "overview.mjs" SCRIPT,
    "tenants.mjs" SCRIPT,
    "alerts.mjs" SCRIPT,
    "keys.mjs" SCRIPT,
    "people.mjs" SCRIPT,
    "hosts.mjs" SCRIPT,
    "brand.mjs" SCRIPT,
    "audit.mjs" SCRIPT,
    "settings.mjs" SCRIPT,
}

/// Where a file is served.
pub fn address(name: &str) -> String {
    format!("/app/{}/{name}", version())
}

/// The file of a path, if there is one. One of another version is given as it is now, and not to be kept.
pub fn file(path: &str) -> Option<Outbound> {
    let (asked, name) = path.strip_prefix("/app/")?.split_once('/')?;
    let (_, media, text) = FILES.iter().find(|(held, ..)| *held == name)?;
    let kept = if asked == version() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut out = Outbound::json(200, (*text).to_owned());
    out.set("content-type", *media);
    out.set("cache-control", kept);
    Some(out)
}

fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let all: Vec<_> = FILES.iter().flat_map(|(name, _, text)| [*name, *text]).collect();
        let all = all.join("\0");
        license::hex(&license::sha256(all.as_bytes())).chars().take(16).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(out: &Outbound) -> &str {
        out.headers.iter().find(|(name, _)| *name == "cache-control").map_or("", |(_, value)| value)
    }

    #[test]
    fn files_are_kept_for_good_under_their_hash_only() {
        let file_now = file(&address("style.css")).unwrap();
        assert!(kept(&file_now).contains("immutable"));
        assert_eq!(kept(&file("/app/0000000000000000/style.css").unwrap()), "no-cache");
        for path in ["/app/style.css", "/app/x/nothing.mjs", "/app/x/../style.css", "/app/"] {
            assert!(file(path).is_none(), "{path}");
        }
    }

    #[test]
    fn nothing_is_imported_that_is_not_there() {
        for (name, _, text) in FILES.iter().filter(|(_, media, _)| *media == SCRIPT) {
            for import in text.split("from \"./").skip(1) {
                let target = import.split('"').next().unwrap_or_default();
                assert!(FILES.iter().any(|(held, ..)| *held == target), "{name} imports {target}");
            }
            for never in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "new Function",
            ] {
                assert!(!text.contains(never), "{name}: {never}");
            }
        }
    }
}
