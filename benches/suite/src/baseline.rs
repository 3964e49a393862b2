//! What the counts were, for each compiler.
//!
//! Owns: the committed files, and what counts as worse. Must not know: how anything is counted.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How much more is worse, in percent: what moves with the machine's C library stays below.
const TOLERATED: f64 = 5.0;

#[derive(Debug, Error)]
pub enum BaselineError {
    #[error("the compiler did not tell its version: {0}")]
    Compiler(#[source] io::Error),
    #[error("{path}: {error}")]
    File { path: String, error: io::Error },
    #[error("{path} is no baseline: {error}")]
    Json { path: String, error: serde_json::Error },
}

/// Instructions per operation by case, as one compiler builds them.
#[derive(Debug, Deserialize, Serialize)]
pub struct Baseline {
    compiler: String,
    instructions: BTreeMap<String, f64>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// There is nothing to compare with.
    New,
    Same,
    Better,
    Worse,
}

/// What `rustc -V` says, for this machine's architecture.
pub fn compiler() -> Result<String, BaselineError> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let told = Command::new(rustc).arg("-V").output().map_err(BaselineError::Compiler)?;
    let version = String::from_utf8_lossy(&told.stdout);
    Ok(format!("{} {}", version.trim(), std::env::consts::ARCH))
}

impl Baseline {
    pub fn new(compiler: String, instructions: BTreeMap<String, f64>) -> Self {
        Self { compiler, instructions }
    }

    pub fn path(folder: &Path, compiler: &str) -> PathBuf {
        let words = compiler.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        folder.join(words.join("-") + ".json")
    }

    /// `None` if this compiler has none.
    pub fn read(path: &Path) -> Result<Option<Self>, BaselineError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file(path, error)),
        };
        let path = path.display().to_string();
        serde_json::from_str(&text).map(Some).map_err(|error| BaselineError::Json { path, error })
    }

    pub fn write(&self, path: &Path) -> Result<(), BaselineError> {
        let json = serde_json::to_string_pretty(self)
            .map_err(|error| BaselineError::Json { path: path.display().to_string(), error })?;
        fs::write(path, json + "\n").map_err(|error| file(path, error))
    }

    pub fn get(&self, case: &str) -> Option<f64> {
        self.instructions.get(case).copied()
    }
}

fn file(path: &Path, error: io::Error) -> BaselineError {
    BaselineError::File { path: path.display().to_string(), error }
}

/// The change in percent, and what it means.
pub fn compare(old: Option<f64>, new: f64) -> (Option<f64>, Verdict) {
    let Some(old) = old else { return (None, Verdict::New) };
    let percent = (new - old) / old * 100.0;
    let verdict = if percent > TOLERATED {
        Verdict::Worse
    } else if percent < -TOLERATED {
        Verdict::Better
    } else {
        Verdict::Same
    };
    (Some(percent), verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_five_percent_more_is_worse() {
        assert_eq!(compare(Some(100.0), 105.0).1, Verdict::Same);
        assert_eq!(compare(Some(100.0), 105.1).1, Verdict::Worse);
        assert_eq!(compare(Some(100.0), 94.0).1, Verdict::Better);
        assert_eq!(compare(None, 94.0), (None, Verdict::New));
    }

    #[test]
    fn each_compiler_has_a_file_of_its_own() {
        let path = |compiler: &str| Baseline::path(Path::new("b"), compiler);
        assert_eq!(
            path("rustc 1.95.0 (59807616e 2026-04-14) x86_64"),
            Path::new("b/rustc-1.95.0-59807616e-2026-04-14-x86-64.json")
        );
        assert_ne!(path("rustc 1.95.0 x86_64"), path("rustc 1.95.0 aarch64"));
    }
}
