//! Room for many open sockets.
//!
//! Owns: the limit of open files. Must not know: what they are for.

use super::LoadError;

/// What the process has open besides.
const OTHERS: u64 = 128;

/// Raises the limit so far that `sockets` can be open.
pub(super) fn make(sockets: usize) -> Result<(), LoadError> {
    let needed = OTHERS.saturating_add(sockets as u64);
    let allowed = raised(needed);
    if allowed < needed { Err(LoadError::Files { needed, allowed }) } else { Ok(()) }
}

#[cfg(unix)]
fn raised(needed: u64) -> u64 {
    use rlimit::Resource;

    // If it can't be asked for, the dials will tell.
    let Ok(allowed) = rlimit::increase_nofile_limit(needed) else { return needed };
    // Beyond the hard limit goes only who may raise that.
    if allowed < needed && Resource::NOFILE.set(needed, needed).is_ok() { needed } else { allowed }
}

#[cfg(not(unix))]
fn raised(needed: u64) -> u64 {
    // Sockets are no files there.
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_may_have_is_told_with_what_to_do() {
        assert!(make(10).is_ok());
        #[cfg(unix)]
        {
            let error = make(usize::MAX / 2).expect_err("more than there is");
            assert!(error.to_string().contains("ulimit -n"), "{error}");
        }
    }
}
