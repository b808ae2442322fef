//! Writ over HTTP, on the real runtime. A test is a sentence, its cases are rows.

#[cfg(test)]
mod activation;
#[cfg(test)]
mod allocations;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod badinput;
#[cfg(test)]
mod borrow;
#[cfg(test)]
mod branding;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod callers;
#[cfg(test)]
mod compliance;
#[cfg(test)]
mod crowd;
#[cfg(test)]
mod degraded;
#[cfg(test)]
mod described;
#[cfg(test)]
mod feed;
#[cfg(test)]
mod hostnames;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod issuing;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod people;
#[cfg(test)]
mod perimeter;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod ratelimit;
#[cfg(test)]
mod registering;
#[cfg(test)]
mod rounds;
#[cfg(test)]
mod sealing;
#[cfg(test)]
mod seats;
#[cfg(test)]
mod signed;
#[cfg(test)]
mod sites;
#[cfg(test)]
mod story;
#[cfg(test)]
mod strangers;
#[cfg(test)]
mod watch;
