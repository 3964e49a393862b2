//! The page that `emulate` serves. Its browser package is a stand-in: what is in it is not run here.

use std::fs;
use std::path::PathBuf;

use crate::process::{Running, command, refused, start};

/// A package as the build leaves it, with a secret beside it; gone with the test.
struct Package(PathBuf);

impl Package {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("page-{name}-{}", std::process::id()));
        let package = Self(root);
        for (file, contents) in [
            ("js/src/index.js", "export {}"),
            ("js/dist/webmessaging.js", "export default 1"),
            ("js/dist/webmessaging_bg.wasm", "\0asm"),
            ("js/package.json", "{}"),
            ("secret.txt", "secret"),
        ] {
            let file = package.0.join(file);
            fs::create_dir_all(file.parent().expect("a directory")).expect("it is made");
            fs::write(file, contents).expect("it is written");
        }
        package
    }

    fn path(&self) -> String {
        self.0.join("js").display().to_string()
    }

    fn served(&self) -> Running {
        start(&mut command(&["--page", "--package", &self.path()]))
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_page_and_the_package_come_with_their_types() {
    let package = Package::new("types");
    let running = package.served();
    for (path, kind) in [
        ("/", "text/html"),
        ("/chat.css", "text/css"),
        ("/main.js", "text/javascript"),
        ("/client/src/index.js", "text/javascript"),
        ("/client/dist/webmessaging_bg.wasm", "application/wasm"),
    ] {
        let answer = running.get(path);
        let head = answer.split("\r\n\r\n").next().unwrap_or_default();
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        assert!(head.contains(&format!("content-type: {kind}\r\n")), "{path}: {head}");
        assert!(head.contains("cache-control: no-store"), "{path}: {head}");
        let policy = head.lines().find(|line| line.starts_with("content-security-policy:"));
        let policy = policy.unwrap_or_else(|| panic!("{path} has no policy: {head}"));
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    }
}

#[test]
fn the_page_keeps_to_its_policy() {
    let package = Package::new("policy");
    let page = package.served().get("/");
    assert!(page.contains("<html lang="), "{page}");
    assert!(page.contains(r#"<script type="module" src="/"#), "{page}");
    for refused in ["<style", " style=", " onclick=", "<script>", "http://", "https://"] {
        assert!(!page.contains(refused), "{refused} in the page");
    }
}

#[test]
fn nothing_beside_the_page_and_the_package_is_reached() {
    let package = Package::new("outside");
    let running = package.served();
    for path in [
        "/none.js",
        "/client/package.json",
        "/client/src/",
        "/client/src/../package.json",
        "/client/src/../../secret.txt",
        "/client/src/%2e%2e/%2e%2e/secret.txt",
        "/client/src/..%2f..%2fsecret.txt",
    ] {
        let answer = running.get(path);
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(!answer.contains("secret"), "{path}: {answer}");
    }
}

#[test]
fn without_being_asked_for_there_is_no_page() {
    let running = start(&mut command(&[]));
    assert!(running.get("/").starts_with("HTTP/1.1 404"));
}

#[test]
fn a_package_that_is_not_built_is_an_error_that_says_how_to_build_it() {
    let package = Package::new("unbuilt");
    let wasm = package.0.join("js/dist/webmessaging_bg.wasm");
    fs::remove_file(&wasm).expect("it was there");
    for option in ["--page", "--open"] {
        let (code, error) = refused(&[option, "--package", &package.path()]);
        assert_eq!(code, Some(1), "{error}");
        assert!(error.contains(&wasm.display().to_string()), "{error}");
        assert!(error.contains("crates/wasm/build.sh"), "{error}");
    }
}

#[test]
fn a_package_without_a_page_is_refused() {
    let (code, error) = refused(&["--package", "anywhere"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--page") && error.contains("--open"), "{error}");
}

/// The launchers of a desktop are looked for on the PATH, so a test can stand in for them.
#[cfg(target_os = "linux")]
mod opening {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;
    use crate::process::in_time;

    #[test]
    fn the_browser_is_opened_on_the_page() {
        let package = Package::new("opened");
        let opened = package.0.join("opened");
        let made = Command::new("mkfifo").arg(&opened).status().expect("it runs");
        assert!(made.success());
        let launcher = package.0.join("xdg-open");
        let script = format!("#!/bin/sh\necho \"$1\" > '{}'\n", opened.display());
        fs::write(&launcher, script).expect("it is written");
        fs::set_permissions(&launcher, fs::Permissions::from_mode(0o755)).expect("it may run");

        let mut open = command(&["--open", "--package", &package.path()]);
        let mut running = start(open.env("PATH", &package.0));
        let url = format!("http://{}/", running.address);
        assert_eq!(running.line("page:"), format!("page:    {url}\n"));
        let opened = in_time(move || fs::read_to_string(opened));
        assert_eq!(opened.expect("a pipe"), format!("{url}\n"));
    }

    #[test]
    fn without_a_browser_the_page_is_there_all_the_same() {
        let package = Package::new("unopened");
        let mut open = command(&["--open", "--package", &package.path()]);
        let mut running = start(open.env("PATH", package.0.join("nothing")));
        assert_eq!(running.line("page:"), format!("page:    http://{}/\n", running.address));
        let hint = running.error_line();
        assert!(hint.contains("open the page yourself"), "{hint}");
        assert!(running.get("/").starts_with("HTTP/1.1 200"));
    }
}
