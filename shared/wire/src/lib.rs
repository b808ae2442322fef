//! What others see: requests, answers, problems, and the table of endpoints. OpenAPI comes from here.

pub mod alert;
pub mod allocation;
pub mod audit;
pub mod auth;
pub mod billing;
pub mod body;
pub mod branding;
pub mod day;
pub mod device;
pub mod endpoints;
pub mod export;
pub mod heartbeat;
pub mod hostname;
pub mod issue;
pub mod key;
pub mod lease;
pub mod license;
pub mod page;
pub mod people;
pub mod pool;
pub mod problem;
pub mod registration;
pub mod route;
pub mod sealing;
pub mod signing;
pub mod tenant;
pub mod time;
pub mod validate;

pub use problem::{Kind, Problem};
