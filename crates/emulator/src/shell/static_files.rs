//! Files of whoever starts the emulator, served beside its APIs: a page that talks to it, what a browser test loads.

use std::{borrow::Cow, collections::BTreeMap, fmt, path::PathBuf};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, uri::PathAndQuery,
    },
    response::{IntoResponse, Response},
};
use tower_http::services::ServeDir;

use super::StartError;

/// Files that the emulator serves beside its APIs, which win where both have a path.
///
/// A path that ends in `/` stands for the `index.html` there. The content type follows from the extension. Nothing is
/// cached (`Cache-Control: no-store`), so that a page which loads again sees what was built meanwhile, and no browser
/// guesses at types (`X-Content-Type-Options: nosniff`).
///
/// ```
/// use webmessaging_emulator::{Emulator, StaticFiles};
///
/// let files = StaticFiles::new()
///     .file("/index.html", b"<!doctype html><title>Chat</title>")
///     .directory("/client", "target/client")
///     .header("content-security-policy", "default-src 'self'");
/// let emulator = Emulator::builder().files(files);
/// # drop(emulator);
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct StaticFiles {
    files: BTreeMap<String, Bytes>,
    /// By their prefix, which ends in `/`.
    directories: BTreeMap<String, PathBuf>,
    headers: Vec<(String, String)>,
}

impl StaticFiles {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A file that is held in memory, at `path`: `include_bytes!` or a `Vec`.
    pub fn file(
        mut self,
        path: impl Into<String>,
        contents: impl Into<Cow<'static, [u8]>>,
    ) -> Self {
        let contents = match contents.into() {
            Cow::Borrowed(contents) => Bytes::from_static(contents),
            Cow::Owned(contents) => contents.into(),
        };
        self.files.insert(path.into(), contents);
        self
    }

    /// What is in a directory, below `path`: read when it is asked for, never from outside of it, unless by a symbolic
    /// link. A file that is held in memory wins, then the longest `path`.
    pub fn directory(mut self, path: impl Into<String>, directory: impl Into<PathBuf>) -> Self {
        let mut path = path.into();
        if !path.ends_with('/') {
            path.push('/');
        }
        self.directories.insert(path, directory.into());
        self
    }

    /// A header of every answer to a path that is none of an API, such as a content security policy.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(super) fn into_server(self) -> Result<Server, StartError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        for (name, value) in self.headers {
            let (Ok(key), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) else {
                return Err(StartError::Header { name });
            };
            headers.insert(key, value);
        }
        // The index of a directory is found by its path here, for all directories alike.
        let serve = |directory| ServeDir::new(directory).append_index_html_on_directories(false);
        let directories =
            self.directories.into_iter().map(|(path, directory)| (path, serve(directory)));
        Ok(Server { files: self.files, directories: directories.collect(), headers })
    }
}

/// Without the contents.
impl fmt::Debug for StaticFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticFiles")
            .field("files", &self.files.keys())
            .field("directories", &self.directories)
            .field("headers", &self.headers)
            .finish()
    }
}

/// Answers what no API answers.
#[derive(Clone)]
pub(super) struct Server {
    files: BTreeMap<String, Bytes>,
    directories: BTreeMap<String, ServeDir>,
    headers: HeaderMap,
}

impl Server {
    pub(super) async fn answer(&self, request: Request) -> Response {
        let mut path = request.uri().path().to_owned();
        if path.ends_with('/') {
            path.push_str("index.html");
        }
        let mut response = match self.files.get(&path) {
            Some(contents) => held(&path, contents, request.method()),
            None => self.below_a_directory(&path, request).await,
        };
        for (name, value) in &self.headers {
            response.headers_mut().insert(name, value.clone());
        }
        response
    }

    async fn below_a_directory(&self, path: &str, mut request: Request) -> Response {
        let longest = self.directories.iter().rev().find_map(|(prefix, directory)| {
            // The directory's own path begins with the last character of its prefix.
            path.starts_with(prefix.as_str()).then(|| (&path[prefix.len() - 1..], directory))
        });
        let Some((rest, directory)) = longest else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let Ok(rest) = PathAndQuery::try_from(rest) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        *request.uri_mut() = Uri::from(rest);
        match directory.clone().try_call(request).await {
            Ok(response) => response.map(Body::new),
            Err(error) => {
                tracing::warn!(path, %error, "a file cannot be read");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

fn held(path: &str, contents: &Bytes, method: &Method) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET,HEAD")]).into_response();
    }
    let kind = mime_guess::from_path(path).first_raw().unwrap_or("application/octet-stream");
    ([(header::CONTENT_TYPE, kind)], contents.clone()).into_response()
}
