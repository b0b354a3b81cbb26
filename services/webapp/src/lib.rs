//! The web app, as files within the program. Its sources are in `app/`; the build script has npm build them.

/// A file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Path below the root: `index.html`, `assets/main-1a2b3c.js`.
    pub path: &'static str,
    /// Media type.
    pub media: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// The file compressed, where that makes it smaller.
    pub gzip: Option<&'static [u8]>,
    /// Another one for other bytes.
    pub tag: &'static str,
    /// Whether its name has a hash of its bytes in it, so that it never changes.
    pub hashed: bool,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    /// [W6] What a first look needs is there, and small.
    #[test]
    fn the_app_has_a_first_page_and_fits() {
        let page = ASSETS.iter().find(|asset| asset.path == "index.html").expect("a first page");
        assert!(page.media.starts_with("text/html") && !page.hashed);
        let text = std::str::from_utf8(page.bytes).expect("text");
        assert!(!text.contains("<style") && !text.contains("style="), "the policy forbids it");
        let code = ASSETS
            .iter()
            .filter(|asset| asset.path.ends_with(".js") || asset.path.ends_with(".css"));
        let bytes: usize = code.map(|asset| asset.gzip.unwrap_or(asset.bytes).len()).sum();
        assert!(bytes < 200_000, "{bytes} bytes of scripts and styles, compressed");
    }
}
