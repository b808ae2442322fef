//! What can be bound to a statement.

use domain::id::{
    AlertId, ChannelId, CommandId, DeviceId, EventId, GrantId, InvitationId, KeyId, Kid, LeaseId,
    LicenseCode, LicenseId, PlanId, ProductId, RegistrationId, RequestId, SessionId, TenantId,
    UserId,
};
use domain::time::Millis;

use crate::error::StoreError;

/// One parameter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A whole number; sent as a 64-bit float, so only within +-(2^53 - 1).
    Int(i64),
    /// Text, JSON as well.
    Text(String),
}

impl Value {
    /// Whether the value may be sent.
    ///
    /// # Errors
    /// `IntegerTooWide` when it would change on the way.
    pub const fn check(&self) -> Result<(), StoreError> {
        const SAFE: u64 = (1 << 53) - 1;
        match self {
            Self::Int(value) if value.unsigned_abs() > SAFE => Err(StoreError::IntegerTooWide),
            _ => Ok(()),
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

impl From<u64> for Value {
    /// What does not fit saturates, and is refused when the statement is sent.
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

impl From<Millis> for Value {
    fn from(value: Millis) -> Self {
        Self::Int(value.0)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<&serde_json::Value> for Value {
    fn from(value: &serde_json::Value) -> Self {
        Self::Text(value.to_string())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! ids {
    ($($id:ty),*) => {
        $(impl From<&$id> for Value {
            fn from(id: &$id) -> Self {
                Self::Text(id.as_str().to_owned())
            }
        })*
    };
}

ids!(
    AlertId,
    ChannelId,
    TenantId,
    ProductId,
    PlanId,
    LicenseCode,
    LicenseId,
    Kid,
    DeviceId,
    LeaseId,
    KeyId,
    CommandId,
    EventId,
    GrantId,
    InvitationId,
    RegistrationId,
    RequestId,
    SessionId,
    UserId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_outside_of_the_safe_range_are_refused() {
        let rows = [
            (9_007_199_254_740_991, true),
            (9_007_199_254_740_992, false),
            (i64::MIN, false),
            (-1, true),
        ];
        for (value, fits) in rows {
            assert_eq!(Value::from(value).check().is_ok(), fits, "{value}");
        }
        assert_eq!(Value::from(u64::MAX).check(), Err(StoreError::IntegerTooWide));
    }

    #[test]
    fn nothing_is_null_and_truth_is_one() {
        assert_eq!(Value::from(None::<&str>), Value::Null);
        assert_eq!(Value::from(true), Value::Int(1));
    }
}
