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
    /// 6: the service refused the request: credentials, scope, limits, the license's state.
    Refused,
    /// 7: a local file cannot be read or written.
    Local,
    /// 8: no seat is free, or none became free in time.
    NoSeat,
    /// 9: the lease is over; a command that ran under it was stopped.
    LeaseOver,
    /// That of the command that ran under a lease, 128 and the signal's number where one ended it.
    Command(u8),
}

/// The command cannot be started: the number that shells give.
pub const NOT_EXECUTABLE: Exit = Exit::Command(126);
/// There is no such command: the number that shells give.
pub const NOT_FOUND: Exit = Exit::Command(127);

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
            Self::NoSeat => 8,
            Self::LeaseOver => 9,
            Self::Command(code) => code,
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
  6  the service refused the request: credentials, scope, limits, the license's state
  7  a local file cannot be read or written
  8  no seat is free, or none became free in time
  9  the lease is over; a command that ran under it was stopped";

/// The table for `--help` of `checkout`.
pub const COMMAND_TABLE: &str = "\
Exit codes with COMMAND: its own, or
  128+N  signal N ended COMMAND, or ended writ before COMMAND was started
  127    there is no such COMMAND
  126    COMMAND cannot be started
  9      the lease ended and could not be had again: COMMAND was stopped
         (SIGTERM, and SIGKILL after 10 s)
Before COMMAND is started, and without one, those of `writ --help`: 8 when no seat is
free, 4 when there is no answer, 6 when the service refuses for another reason.";
