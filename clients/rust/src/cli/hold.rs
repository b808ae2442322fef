//! `writ checkout -- COMMAND`: runs a command while holding a lease.
//!
//! [`writ::hold`] decides; here signals, the command's end and the service's answers come
//! together. The service is asked on a thread of its own: a slow answer holds nothing up.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use domain::time::Millis;
use writ::exit::{Exit, NOT_EXECUTABLE, NOT_FOUND};
use writ::failure::Failure;
use writ::hold::{self, Last, Next, Outcome, Why};
use writ::http::Http;
use writ::world::{World, duration};
use writ::{CheckoutOptions, Client, Lease, Wait};

use super::args::{Args, Checkout};
use super::lease::{kind, prepare, waiting};
use super::output::Output;
use super::signals::{self, Waking};

/// Never sleeps longer: a suspended machine or a changed clock is noticed within this time.
const MAX_SLEEP: Duration = Duration::from_secs(30);
/// At least a moment: a clock that stands still must not make us spin.
const MIN_SLEEP: Duration = Duration::from_millis(10);
/// From SIGTERM to SIGKILL, in seconds.
const KILL_SECONDS: i64 = 10;
/// How long the end waits for an answer that is under way; longer than any single one takes
/// by default.
const LAST_ANSWER: Duration = Duration::from_secs(12);

/// What the loop waits for.
pub enum Event {
    /// A signal.
    Signal(i32),
    /// A try is over.
    Tried(Box<Tried>),
}

/// A try with the service.
pub struct Tried {
    /// The lease, or the one that took its place.
    lease: Lease<Http, Waking>,
    result: Result<(), Failure>,
    fresh: bool,
}

/// What the service is to be asked for.
struct Task {
    lease: Lease<Http, Waking>,
    /// Another lease, because this one is over.
    fresh: bool,
}

/// Runs the command of `ask` under a lease, and ends as it does.
pub fn run(args: &Args, ask: &Checkout, out: &mut Output) -> Result<Exit, Failure> {
    let (http, options) = prepare(args, ask)?;
    let world = Waking::default();
    let (events, inbox) = mpsc::channel();
    signals::listen(events.clone(), world.clone())?;
    let client = Client::new(http, world.clone());
    let tasks = start_asking(client.clone(), &options, events)?;
    let lease = client.checkout_telling(&options, &mut waiting(out));
    if let Some(signal) = world.rung() {
        world.mute(true);
        // Whatever came of it: nothing was started.
        if let Ok(lease) = lease {
            hand_back(lease, out);
        }
        return Ok(ended_by(signal));
    }
    let lease = lease?;
    out.quiet_note("leased", lease.view());
    world.mute(true);
    let child = match spawn(ask, &lease) {
        Ok(child) => child,
        Err(error) => {
            hand_back(lease, out);
            let name = ask.command.first().cloned().unwrap_or_default();
            out.note("not_started", &format!("{}: {error}", name.display()));
            let is_missing = error.kind() == io::ErrorKind::NotFound;
            return Ok(if is_missing { NOT_FOUND } else { NOT_EXECUTABLE });
        }
    };
    let (hold, last) = (lease.hold(), Last::granted(world.now()));
    Keeper { world, tasks, inbox, lease: Some(lease), hold, last, child, stopped: None, out }
        .attend()
}

/// A thread that asks the service as ordered.
fn start_asking(
    client: Client<Http, Waking>,
    options: &CheckoutOptions,
    events: Sender<Event>,
) -> Result<Sender<Task>, Failure> {
    let (tasks, orders) = mpsc::channel();
    let options = CheckoutOptions { wait: Wait::No, ..options.clone() };
    let asking = move || ask_service(&client, &options, &orders, &events);
    let asking = thread::Builder::new().name("lease".into()).spawn(asking);
    asking.map_err(|error| Failure::Local(format!("threads: {error}")))?;
    Ok(tasks)
}

fn spawn(ask: &Checkout, lease: &Lease<Http, Waking>) -> io::Result<Child> {
    let mut words = ask.command.iter();
    Command::new(words.next().ok_or(io::ErrorKind::NotFound)?)
        .args(words)
        .env("WRIT_LEASE_ID", lease.id().as_str())
        .env("WRIT_LEASE_TYPE", kind(lease.kind()))
        .env("WRIT_LEASE_EXPIRES_AT", lease.expires_at().text())
        .spawn()
}

/// Asks the service as ordered, until nobody is left to order or to be told.
fn ask_service(
    client: &Client<Http, Waking>,
    options: &CheckoutOptions,
    orders: &Receiver<Task>,
    events: &Sender<Event>,
) {
    for Task { mut lease, fresh } in orders {
        let result = if fresh {
            client.checkout(options).map(|another| {
                // The old one is over: there is nothing to return.
                std::mem::replace(&mut lease, another).leave_held();
            })
        } else {
            lease.extend()
        };
        if events.send(Event::Tried(Box::new(Tried { lease, result, fresh }))).is_err() {
            return;
        }
    }
}

struct Keeper<'a> {
    world: Waking,
    tasks: Sender<Task>,
    inbox: Receiver<Event>,
    /// Missing while the service is asked.
    lease: Option<Lease<Http, Waking>>,
    hold: hold::Hold,
    last: Last,
    child: Child,
    /// When the command that was told to end is killed.
    stopped: Option<Millis>,
    out: &'a mut Output,
}

impl Keeper<'_> {
    fn attend(mut self) -> Result<Exit, Failure> {
        let mut runs_on = false;
        loop {
            let local = |error: io::Error| Failure::Local(format!("the command: {error}"));
            if let Some(status) = self.child.try_wait().map_err(local)? {
                return Ok(self.close(status));
            }
            let until = self.step(&mut runs_on);
            match self.inbox.recv_timeout(until.clamp(MIN_SLEEP, MAX_SLEEP)) {
                Ok(Event::Signal(signal)) => signals::pass_on(signal, &self.child),
                Ok(Event::Tried(tried)) => self.take(*tried),
                Err(_) => {}
            }
        }
    }

    /// Does what is due, and tells how long there is nothing else to do.
    fn step(&mut self, runs_on: &mut bool) -> Duration {
        let now = self.world.now();
        if let Some(kill_at) = self.stopped {
            if kill_at <= now {
                // It fails only when the command has ended.
                let _ = self.child.kill();
                return MAX_SLEEP;
            }
            return duration(kill_at.since(now));
        }
        let Some(lease) = self.lease.take() else { return MAX_SLEEP };
        let next = hold::next(&self.hold, &self.last, now);
        if matches!(next, Next::Extend | Next::CheckOut) {
            self.order(Task { lease, fresh: next == Next::CheckOut }, now);
            return MAX_SLEEP;
        }
        self.lease = Some(lease);
        if matches!(next, Next::RunOn(_)) && !*runs_on {
            self.out.note("runs_on", "the lease is over and nobody answers: the command runs on");
        }
        *runs_on = matches!(next, Next::RunOn(_));
        match next {
            Next::Wait(until) | Next::RunOn(until) => duration(until.since(now)),
            Next::Stop(why) => {
                self.stop(why, now);
                duration(KILL_SECONDS * 1000)
            }
            Next::Extend | Next::CheckOut => MIN_SLEEP,
        }
    }

    fn order(&mut self, task: Task, now: Millis) {
        if let Err(mpsc::SendError(task)) = self.tasks.send(task) {
            // Nobody asks any more; the lease runs out.
            let result = Err(Failure::Local("the thread that asks has ended".into()));
            self.last = self.last.extended(&result, now);
            self.lease = Some(task.lease);
        }
    }

    fn stop(&mut self, why: Why, now: Millis) {
        let text = match why {
            Why::Unreachable => "the lease is over and nobody answers: the command is stopped",
            Why::Refused => "the lease is over and there is no other: the command is stopped",
        };
        self.out.note("stopped", text);
        self.stopped = Some(now.plus_seconds(KILL_SECONDS));
        signals::terminate(&self.child);
    }

    /// Takes in how a try went.
    fn take(&mut self, Tried { lease, result, fresh }: Tried) {
        let now = self.world.now();
        let last = self.last;
        self.last =
            if fresh { last.checked_out(&result, now) } else { last.extended(&result, now) };
        match &result {
            Ok(()) if fresh => {
                let text = format!("the lease was over; another was granted: {}", lease.id());
                self.out.note("leased_again", &text);
            }
            Ok(()) if last.times > 0 => self.out.note("extended", "the lease was extended again"),
            Ok(()) => self.out.quiet_note("extended", &lease.expires_at()),
            Err(failure @ Failure::LeaseOver(_)) => self.out.note("trouble", &failure.to_string()),
            // Nobody answers still: said once is enough.
            Err(_) if [last.outcome, self.last.outcome] == [Outcome::OverAway; 2] => {}
            Err(failure) if fresh => self.out.note("trouble", &failure.to_string()),
            Err(failure) if last.times == 0 => {
                let end = lease.expires_at().text();
                self.out.note("trouble", &format!("{failure}; the lease lasts till {end}"));
            }
            Err(_) => {}
        }
        self.hold = lease.hold();
        self.lease = Some(lease);
    }

    /// The command has ended.
    fn close(mut self, status: ExitStatus) -> Exit {
        // What is under way may bring a lease that must not be lost, and no more than that.
        self.world.mute(false);
        self.world.ring(0);
        let until = self.world.now().plus(i64::try_from(LAST_ANSWER.as_millis()).unwrap_or(0));
        while self.lease.is_none() {
            let left = duration(until.since(self.world.now()));
            match self.inbox.recv_timeout(left) {
                Ok(Event::Tried(tried)) => self.lease = Some(tried.lease),
                Ok(Event::Signal(_)) => {}
                Err(_) => break,
            }
        }
        self.world.mute(true);
        match self.lease.take() {
            Some(lease) if self.stopped.is_none() => hand_back(lease, self.out),
            Some(lease) => drop(lease.leave_held()),
            None => self
                .out
                .note("not_returned", "no answer from the service: the lease ends by its time"),
        }
        match (self.stopped, status.code(), status.signal()) {
            (Some(_), ..) => Exit::LeaseOver,
            (None, Some(code), _) => Exit::Command(u8::try_from(code).unwrap_or(u8::MAX)),
            (None, None, signal) => ended_by(signal.unwrap_or_default()),
        }
    }
}

/// Returns a lease; a lease that cannot be returned ends by its time.
fn hand_back(lease: Lease<Http, Waking>, out: &mut Output) {
    let end = lease.expires_at().text();
    match lease.give_back() {
        Ok(answer) => out.quiet_note("returned", &answer),
        // Somebody else ended it: as good as returned.
        Err(Failure::LeaseOver(_)) => {}
        Err(failure) => {
            let text = format!("the lease was not returned and lasts till {end}: {failure}");
            out.note("not_returned", &text);
        }
    }
}

fn ended_by(signal: i32) -> Exit {
    Exit::Command(u8::try_from(signal.saturating_add(128)).unwrap_or(u8::MAX))
}
