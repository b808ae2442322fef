//! The book of one key (or of one product of an issuer): what is usual, and the episodes of what is not.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::{AlertId, KeyId};
use crate::time::Millis;
use crate::watch::{Local, Rule, Rules, Severity, Sighting, Unlisted, Windows, network};

/// Usual values of each sort at most: learnt and trusted ones.
pub const MOST_KNOWN: usize = 256;
/// Episodes of one rule at most: what comes beyond is counted in one more, whose value is empty.
pub const MOST_EPISODES: usize = 10;

/// The problem that a key is refused with on another tenant's host.
const WRONG_HOST: &str = "wrong-host";
/// The problem that an application is refused with.
const APP_NOT_ALLOWED: &str = "app-not-allowed";

/// What an alert tells.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// What it is about.
    pub rule: Rule,
    /// How grave it is.
    pub severity: Severity,
    /// The key; none where a product is watched.
    pub key: Option<KeyId>,
    /// What is not usual: a network, a host, an application, the code of a refusal. Empty where the rule has none, or
    /// where there are too many.
    pub value: String,
    /// How the first of its calls looked.
    pub detail: Value,
    /// Calls so far.
    pub calls: u64,
    /// The first of them.
    pub first: Millis,
    /// The last of them.
    pub last: Millis,
}

/// Something unusual that has not ended.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Episode {
    rule: Rule,
    pub(super) value: String,
    pub(super) calls: u64,
    first: Millis,
    last: Millis,
    /// Once there were as many calls as the rule wants.
    #[serde(default)]
    alert: Option<AlertId>,
    #[serde(default)]
    detail: Value,
}

/// What became of an alert.
#[derive(Clone, Debug, PartialEq)]
pub enum Called {
    /// It is new.
    Raised(Alert),
    /// There were more calls of the same episode.
    Went(Alert),
}

/// Something that is not usual.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// What it is about.
    pub rule: Rule,
    /// What is not usual.
    pub value: String,
    /// How it looked.
    pub detail: Value,
}

/// What is known of one key.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Book {
    pub(super) first: Option<Millis>,
    pub(super) networks: BTreeSet<String>,
    hosts: BTreeSet<String>,
    fingerprints: BTreeSet<String>,
    windows: Windows,
    pub(super) episodes: Vec<Episode>,
}

impl Book {
    /// Takes in what was seen. `local`: when it was, on the wall of the tenant's office. Gives what became of alerts.
    pub fn see(
        &mut self,
        rules: &Rules,
        sighting: &Sighting,
        local: Option<Local>,
        new_id: &mut dyn FnMut() -> AlertId,
    ) -> Vec<Called> {
        let issues = match (&sighting.unlisted, &sighting.refused) {
            (Some(unlisted), _) => self.unlisted(sighting, unlisted),
            (None, Some(code)) => vec![refused(sighting, code)],
            (None, None) => self.admitted(rules, sighting, local),
        };
        let key = Some(&sighting.key);
        let (calls, at) = (sighting.calls, sighting.at);
        issues
            .into_iter()
            .filter_map(|issue| self.raise(rules, key, issue, calls, at, new_id))
            .collect()
    }

    /// Only what was admitted teaches: whoever is refused must not become usual by knocking often.
    fn admitted(&mut self, rules: &Rules, sighting: &Sighting, local: Option<Local>) -> Vec<Issue> {
        let first = *self.first.get_or_insert(sighting.at);
        let learning = rules.learning;
        let learns = sighting.at.since(first) < i64::from(learning.seconds) * 1000;
        let room = if learns { learning.distinct as usize } else { 0 };
        let network = network(&sighting.address);
        let sorts = [
            (Rule::UnknownAddress, &mut self.networks, network.as_str()),
            (Rule::UnknownHost, &mut self.hosts, sighting.host.as_str()),
            (Rule::UnknownFingerprint, &mut self.fingerprints, sighting.fingerprint.as_str()),
        ];
        let mut issues = Vec::new();
        for (rule, known, value) in sorts {
            if !value.is_empty() && !is_usual(known, value, room) {
                issues.push(Issue { rule, value: value.to_owned(), detail: look(sighting) });
            }
        }
        if let Some((calls, busiest)) = self.windows.count(&rules.rate, sighting.calls, sighting.at)
        {
            let detail =
                with(look(sighting), [("calls", calls.into()), ("busiest", busiest.into())]);
            issues.push(Issue { rule: Rule::UnusualRate, value: String::new(), detail });
        }
        let outside = rules.business_hours.as_ref().zip(local);
        if let Some((hours, local)) = outside.filter(|(hours, local)| !hours.covers(*local)) {
            let time = format!("{:02}:{:02}", local.minute / 60, local.minute % 60);
            let there = [
                ("zone", hours.zone.as_str().into()),
                ("day", local.day.into()),
                ("time", time.into()),
            ];
            let detail = with(look(sighting), there);
            issues.push(Issue { rule: Rule::OutsideBusinessHours, value: String::new(), detail });
        }
        issues
    }

    fn unlisted(&self, sighting: &Sighting, unlisted: &Unlisted) -> Vec<Issue> {
        let (rule, value) = if unlisted.refused {
            (Rule::Refused, APP_NOT_ALLOWED.to_owned())
        } else {
            // Told apart from what the key itself has not met before.
            (Rule::UnknownFingerprint, format!("{}: {}", unlisted.product, sighting.fingerprint))
        };
        if self.fingerprints.contains(&value) {
            return Vec::new();
        }
        let parties = [
            ("product", unlisted.product.as_str().into()),
            ("issuer", unlisted.issuer.as_str().into()),
        ];
        vec![Issue { rule, value, detail: with(look(sighting), parties) }]
    }

    /// Counts `calls` of `issue`. Gives what became of its alert: nothing while the rule is off or wants more calls.
    pub fn raise(
        &mut self,
        rules: &Rules,
        key: Option<&KeyId>,
        issue: Issue,
        calls: u32,
        at: Millis,
        new_id: &mut dyn FnMut() -> AlertId,
    ) -> Option<Called> {
        let setting = rules.of(issue.rule);
        let quiet = i64::from(rules.quiet_seconds) * 1000;
        self.episodes.retain(|episode| at.since(episode.last) <= quiet);
        if !setting.enabled {
            return None;
        }
        let episode = self.episode(issue, at)?;
        episode.calls = episode.calls.saturating_add(calls.into());
        episode.last = episode.last.max(at);
        if episode.calls < u64::from(setting.threshold) {
            return None;
        }
        let is_new = episode.alert.is_none();
        let id = episode.alert.get_or_insert_with(new_id).clone();
        let alert = Alert {
            id,
            rule: episode.rule,
            severity: setting.severity,
            key: key.cloned(),
            value: episode.value.clone(),
            detail: episode.detail.clone(),
            calls: episode.calls,
            first: episode.first,
            last: episode.last,
        };
        Some(if is_new { Called::Raised(alert) } else { Called::Went(alert) })
    }

    /// The episode of `issue`, begun at `at` where there is none.
    fn episode(&mut self, issue: Issue, at: Millis) -> Option<&mut Episode> {
        let Issue { rule, mut value, detail } = issue;
        let same = |episode: &Episode, value: &str| episode.rule == rule && episode.value == value;
        if !self.episodes.iter().any(|episode| same(episode, &value)) {
            let open = self.episodes.iter().filter(|episode| episode.rule == rule).count();
            if open >= MOST_EPISODES {
                value.clear();
            }
        }
        if !self.episodes.iter().any(|episode| same(episode, &value)) {
            let value = value.clone();
            let begun = Episode { rule, value, calls: 0, first: at, last: at, alert: None, detail };
            self.episodes.push(begun);
        }
        self.episodes.iter_mut().find(|episode| same(episode, &value))
    }

    /// People have said that `value` is in order: it raises nothing from now on, and its episode is over. Whether there
    /// was room to remember it.
    pub fn trust(&mut self, rule: Rule, value: &str) -> bool {
        let known = match rule {
            Rule::UnknownAddress => &mut self.networks,
            Rule::UnknownHost => &mut self.hosts,
            Rule::UnknownFingerprint => &mut self.fingerprints,
            _ => return false,
        };
        if value.is_empty() || (known.len() >= MOST_KNOWN && !known.contains(value)) {
            return false;
        }
        known.insert(value.to_owned());
        self.episodes.retain(|episode| episode.rule != rule || episode.value != value);
        true
    }
}

/// Whether `value` is usual: known, or learnt now because there are fewer than `room` yet.
fn is_usual(known: &mut BTreeSet<String>, value: &str, room: usize) -> bool {
    if known.contains(value) {
        return true;
    }
    let learnt = known.len() < room.min(MOST_KNOWN);
    if learnt {
        known.insert(value.to_owned());
    }
    learnt
}

fn refused(sighting: &Sighting, code: &str) -> Issue {
    let (rule, value) = match code {
        WRONG_HOST => (Rule::CrossTenant, &sighting.asked),
        _ => (Rule::Refused, &code.to_owned()),
    };
    Issue { rule, value: value.clone(), detail: with(look(sighting), [("code", code.into())]) }
}

/// How the call looked; what it did not say is left out.
fn look(sighting: &Sighting) -> Value {
    let said = [
        ("address", &sighting.address),
        ("host", &sighting.host),
        ("fingerprint", &sighting.fingerprint),
        ("lib_version", &sighting.lib_version),
        ("asked", &sighting.asked),
    ];
    let said = said.into_iter().filter(|(_, text)| !text.is_empty());
    said.map(|(name, text)| (name.to_owned(), Value::from(text.as_str())))
        .collect::<Map<_, _>>()
        .into()
}

fn with<const N: usize>(look: Value, more: [(&str, Value); N]) -> Value {
    let Value::Object(mut look) = look else { return look };
    look.extend(more.map(|(name, value)| (name.to_owned(), value)));
    look.into()
}
