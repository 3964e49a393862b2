//! Files that are served beside the APIs.

use std::{fs, path::PathBuf};

use hyper::Method;
use serde_json::json;
use webmessaging_emulator::{RunningEmulator, StartError, StaticFiles};

use crate::{
    http::{get, post, request},
    socket::builder,
};

const POLICY: &str = "default-src 'self'";

/// A directory with a secret beside it, gone with the test.
struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("emulator-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("open/deep")).unwrap();
        fs::write(root.join("secret.txt"), "secret").unwrap();
        fs::write(root.join("open/client.wasm"), b"\0asm").unwrap();
        fs::write(root.join("open/index.html"), "<p>of the directory").unwrap();
        fs::write(root.join("open/deep/a.js"), "export {}").unwrap();
        Self(root)
    }

    async fn served(&self) -> RunningEmulator {
        let files = StaticFiles::new()
            .file("/index.html", b"<p>hello")
            .file("/style.css", b"p {}")
            .file("/client/held.js", b"held".to_vec())
            .file("/agent/sessions", b"no API")
            .file("/odd.unheard-of", b"?")
            .directory("/client", self.0.join("open"))
            .directory("/client/deeper/", self.0.join("open/deep"))
            .header("content-security-policy", POLICY);
        builder().files(files).start().await.unwrap()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_file_comes_with_its_type_and_the_headers() {
    let tree = Tree::new("types");
    let emulator = tree.served().await;
    for (path, kind, text) in [
        ("/", "text/html", "<p>hello"),
        ("/index.html", "text/html", "<p>hello"),
        ("/style.css", "text/css", "p {}"),
        ("/style.css?v=2", "text/css", "p {}"),
        ("/odd.unheard-of", "application/octet-stream", "?"),
        ("/client/held.js", "text/javascript", "held"),
        ("/client/client.wasm", "application/wasm", "\0asm"),
        ("/client/deep/a.js", "text/javascript", "export {}"),
        ("/client/deeper/a.js", "text/javascript", "export {}"),
        ("/client/", "text/html", "<p>of the directory"),
    ] {
        let answer = get(&format!("{}{path}", emulator.http_url())).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{path}");
        assert_eq!(answer.text, text, "{path}");
        assert_eq!(answer.header("content-security-policy"), POLICY, "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn nothing_beside_the_files_is_reached() {
    let tree = Tree::new("outside");
    let emulator = tree.served().await;
    for path in [
        "/none",
        "/client",
        "/client/none.js",
        "/client/deep",
        "/client/deep/",
        "/clients/client.wasm",
        "/client/../secret.txt",
        "/client/%2e%2e/secret.txt",
        "/client/..%2fsecret.txt",
        "/client/deep/..%2f..%2f..%2fsecret.txt",
        "/client/..%5csecret.txt",
        "/client//etc/passwd",
        "/client/%2fetc/passwd",
        "/client/%00",
        "/client/%ff",
    ] {
        let answer = get(&format!("{}{path}", emulator.http_url())).await;
        assert_eq!((answer.status, answer.text.as_str()), (404, ""), "{path}");
        assert_eq!(answer.header("content-security-policy"), POLICY, "{path}");
    }
}

#[tokio::test]
async fn files_are_only_read() {
    let tree = Tree::new("methods");
    let emulator = tree.served().await;
    for path in ["/style.css", "/client/client.wasm"] {
        let url = format!("{}{path}", emulator.http_url());
        let head = request(Method::HEAD, &url, &[], "").await;
        assert_eq!((head.status, head.header("content-length")), (200, "4"), "{path}");
        let refused = post(&url, &json!({})).await;
        assert_eq!((refused.status, refused.header("allow")), (405, "GET,HEAD"), "{path}");
    }
}

#[tokio::test]
async fn an_api_wins_over_a_file() {
    let tree = Tree::new("apis");
    let emulator = tree.served().await;
    let sessions = get(&format!("{}/agent/sessions", emulator.http_url())).await;
    assert_eq!(sessions.body, json!([]));
    assert_eq!(sessions.header("content-security-policy"), "");
}

#[tokio::test]
async fn a_file_in_a_directory_is_read_anew() {
    let tree = Tree::new("anew");
    let emulator = tree.served().await;
    let url = format!("{}/client/deep/a.js", emulator.http_url());
    assert_eq!(get(&url).await.text, "export {}");
    fs::write(tree.0.join("open/deep/a.js"), "export default 2").unwrap();
    assert_eq!(get(&url).await.text, "export default 2");
}

#[tokio::test]
async fn a_header_that_is_none_is_named() {
    for (name, value) in [("no header", "x"), ("x-good", "two\nlines")] {
        let files = StaticFiles::new().header(name, value);
        let error = builder().files(files).start().await.unwrap_err();
        assert!(matches!(error, StartError::Header { .. }), "{error:?}");
        assert!(error.to_string().contains(name), "{error}");
    }
}
