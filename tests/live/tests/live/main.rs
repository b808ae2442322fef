//! Writ over HTTP, on the real runtime. A test is a sentence, its cases are rows.

#[cfg(test)]
mod activation;
#[cfg(test)]
mod callers;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod ratelimit;
#[cfg(test)]
mod sites;
