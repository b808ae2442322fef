//! Writ over HTTP, on the real runtime. A test is a sentence, its cases are rows.

#[cfg(test)]
mod badinput;
#[cfg(test)]
mod callers;
#[cfg(test)]
mod lifecycle;
