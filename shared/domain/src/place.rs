//! Where a tenant's records live: regions and the data shards in them.

use serde::{Deserialize, Serialize};

/// A region that a tenant chooses for its data. A region has one shard or more; today one each.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// Europe. Seed 3 calls it `eu-central`.
    #[serde(alias = "eu-central")]
    Eu,
    /// United States.
    #[serde(alias = "us-east")]
    Us,
    /// Asia and the Pacific.
    #[serde(alias = "ap-southeast")]
    Apac,
}

/// One D1 database of tenants' records.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shard {
    /// `DATA_EU`
    Eu,
    /// `DATA_US`
    Us,
    /// `DATA_APAC`
    Apac,
}

impl Shard {
    /// Every shard, for views that fan out.
    pub const ALL: [Self; 3] = [Self::Eu, Self::Us, Self::Apac];

    /// The shard on which a new tenant of `region` is placed.
    pub const fn for_region(region: Region) -> Self {
        match region {
            Region::Eu => Self::Eu,
            Region::Us => Self::Us,
            Region::Apac => Self::Apac,
        }
    }

    /// The letter that API keys and license ids carry, so that their shard can be asked at once.
    pub const fn hint(self) -> char {
        match self {
            Self::Eu => 'e',
            Self::Us => 'u',
            Self::Apac => 'a',
        }
    }

    /// The shard that a hint letter names.
    pub const fn from_hint(hint: char) -> Option<Self> {
        match hint {
            'e' => Some(Self::Eu),
            'u' => Some(Self::Us),
            'a' => Some(Self::Apac),
            _ => None,
        }
    }

    /// The name as stored: `eu`, `us`, `apac`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eu => "eu",
            Self::Us => "us",
            Self::Apac => "apac",
        }
    }

    /// The shard of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shard| shard.name() == name)
    }

    /// The D1 binding in wrangler.toml.
    pub const fn binding(self) -> &'static str {
        match self {
            Self::Eu => "DATA_EU",
            Self::Us => "DATA_US",
            Self::Apac => "DATA_APAC",
        }
    }
}

impl Region {
    /// The name as stored: `eu`, `us`, `apac`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eu => "eu",
            Self::Us => "us",
            Self::Apac => "apac",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_and_a_name_lead_back_to_their_shard() {
        for shard in Shard::ALL {
            assert_eq!(Shard::from_hint(shard.hint()), Some(shard));
            assert_eq!(Shard::from_name(shard.name()), Some(shard));
        }
        assert_eq!(Shard::from_hint('x'), None);
    }
}
