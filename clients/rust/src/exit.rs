//! Exit codes: what a script can tell apart.

/// How the command ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// 0: valid, or done.
    Ok,
    /// 2: wrong or missing arguments.
    Usage,
    /// 3: the license is not valid here and now.
    NotValid,
    /// 4: no answer, and none from before that still holds.
    Unreachable,
    /// 5: a license or an answer is forged, altered or signed by a stranger.
    Forged,
    /// 6: the service refused the request: credentials, scope, limits.
    Refused,
    /// 7: a local file cannot be read or written.
    Local,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Usage => 2,
            Self::NotValid => 3,
            Self::Unreachable => 4,
            Self::Forged => 5,
            Self::Refused => 6,
            Self::Local => 7,
        }
    }
}

/// The table for `--help`.
pub const TABLE: &str = "\
Exit codes:
  0  valid, or done
  2  wrong or missing arguments
  3  the license is not valid here and now
  4  no answer, and none from before that still holds
  5  a license or an answer is forged, altered or signed by a stranger
  6  the service refused the request: credentials, scope, limits
  7  a local file cannot be read or written";
