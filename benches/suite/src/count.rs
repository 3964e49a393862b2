//! Counting by callgrind.
//!
//! Owns: how valgrind is called, and what of its output is the count. Must not know: the baseline.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use thiserror::Error;

use crate::cases::{Case, Ready};

#[derive(Debug, Error)]
pub enum CountError {
    #[error("valgrind did not start ({0}): install it, e.g. with apt-get install valgrind")]
    Valgrind(#[source] io::Error),
    #[error("this program was not found: {0}")]
    Own(#[source] io::Error),
    #[error("{path}: {error}")]
    Profiles { path: String, error: io::Error },
    #[error("valgrind gave no count for {case:?}:\n{output}")]
    NoCount { case: String, output: String },
}

/// What is counted is what happens in here, wherever it is called.
#[inline(never)]
pub fn counted(ready: &mut Ready) {
    ready();
}

/// The instructions of one run of `case`, in a process of its own. The profile stays in `profiles`.
pub fn instructions(case: &Case, profiles: &Path) -> Result<u64, CountError> {
    let failed = |error| CountError::Profiles { path: profiles.display().to_string(), error };
    fs::create_dir_all(profiles).map_err(failed)?;
    let file = profiles.join(case.name.replace([' ', ','], "-")).with_extension("callgrind");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*count::counted*"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(env::current_exe().map_err(CountError::Own)?)
        .args(["--case", &case.name])
        // The size of the environment moves the stack, and with it some alignments.
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .output()
        .map_err(CountError::Valgrind)?;
    let output = String::from_utf8_lossy(&output.stderr);
    collected(&output)
        .ok_or_else(|| CountError::NoCount { case: case.name.clone(), output: output.into_owned() })
}

/// From a line such as `==7== Collected : 12345`.
fn collected(output: &str) -> Option<u64> {
    let (_, count) = output.split_once("Collected : ")?;
    count.split_whitespace().next()?.parse().ok().filter(|count| *count > 0)
}

#[cfg(test)]
mod tests {
    use super::collected;

    #[test]
    fn the_count_is_what_valgrind_collected() {
        assert_eq!(
            collected("==7== Events    : Ir\n==7== Collected : 12345\n==7== \n"),
            Some(12_345)
        );
        assert_eq!(collected("==7== Collected : 0\n"), None, "nothing was counted");
        assert_eq!(collected("valgrind: not found"), None);
    }
}
