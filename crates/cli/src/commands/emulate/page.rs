//! The page of `webmessaging emulate`: a guest's chat and an agent's console side by side.
//!
//! Owns: its options, the files that it consists of, and how the browser is opened on it. Must not
//! know: what the page does.

use std::path::{Path, PathBuf};

use clap::Args;
use webmessaging_emulator::StaticFiles;

use crate::aside::aside;

use super::EmulateError;

/// Scripts and styles come from here alone, nothing stands in the page itself, and wasm may run.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Where the browser package lies in the repository.
const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../wasm/js");
/// Without these in the package the page can't run. The last two are built.
const NEEDED: [&str; 3] = ["src/index.js", "dist/webmessaging.js", "dist/webmessaging_bg.wasm"];

macro_rules! parts {
    ($($name:literal),* $(,)?) => {
        &[$((concat!("/", $name), include_bytes!(concat!("page/", $name)))),*]
    };
}

/// The page's own files, by their paths.
const PARTS: &[(&str, &[u8])] = parts![
    "agent-api.js",
    "agent-typing.js",
    "agent.js",
    "chat-log.js",
    "chat.css",
    "clock.js",
    "composer.js",
    "console.css",
    "controls.css",
    "countdown.js",
    "dom.js",
    "faults.js",
    "frame-list.js",
    "frame-words.js",
    "guest.js",
    "icon.svg",
    "index.html",
    "layout.css",
    "machine.css",
    "machine.js",
    "main.js",
    "session-list.js",
    "session.js",
    "text-status.js",
    "tokens.css",
];

#[derive(Args, Debug)]
pub(super) struct PageOptions {
    /// Serve a guest's chat and an agent's console as a page, and open the browser on it
    #[arg(long, group = "served")]
    open: bool,
    /// Serve that page without opening a browser
    #[arg(long, group = "served")]
    page: bool,
    /// The browser package that the page runs on; without it, crates/wasm/js of the repository
    #[arg(long, value_name = "DIR", requires = "served")]
    package: Option<PathBuf>,
}

impl PageOptions {
    pub(super) const fn is_served(&self) -> bool {
        self.open || self.page
    }

    /// What is served: nothing, unless the page is wanted.
    pub(super) fn files(&self) -> Result<StaticFiles, EmulateError> {
        let files = StaticFiles::new();
        if !self.is_served() {
            return Ok(files);
        }
        let package = self.package.as_deref().unwrap_or_else(|| Path::new(PACKAGE));
        let missing =
            NEEDED.map(|file| package.join(file)).into_iter().find(|file| !file.is_file());
        if let Some(missing) = missing {
            return Err(EmulateError::Package { missing });
        }
        let files = files
            .directory("/client/src", package.join("src"))
            .directory("/client/dist", package.join("dist"))
            .header("content-security-policy", POLICY)
            .header("referrer-policy", "no-referrer");
        Ok(PARTS.iter().fold(files, |files, (path, contents)| files.file(*path, *contents)))
    }

    /// Opens the browser, if it is to be opened. Whoever has none can read the address.
    pub(super) fn show(&self, url: &str) {
        if self.open {
            if let Err(error) = open::that_detached(url) {
                aside(format_args!(
                    "webmessaging: no browser could be opened, open the page yourself: {error}"
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    #[test]
    fn every_file_of_the_page_is_served() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/commands/emulate/page");
        let there = fs::read_dir(directory).unwrap();
        let there: BTreeSet<String> =
            there.map(|file| format!("/{}", file.unwrap().file_name().to_string_lossy())).collect();
        let served: BTreeSet<String> = PARTS.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(served, there);
    }

    #[test]
    fn no_part_makes_markup_of_data_or_asks_elsewhere() {
        for (path, contents) in PARTS.iter().filter(|(_, text)| !text.starts_with(b"<svg")) {
            let text = std::str::from_utf8(contents).unwrap();
            for refused in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "://"]
            {
                let found = text.lines().find(|line| line.contains(refused));
                assert_eq!(found, None, "{path}");
            }
        }
    }
}
