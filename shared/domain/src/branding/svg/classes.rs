//! `<style>` as drawing programs write it: classes with presentation attributes. They become attributes of the elements
//! that name them, so that no style sheet has to be kept.

use std::collections::BTreeMap;

/// The declarations of every class.
#[derive(Debug, Default)]
pub struct Classes(BTreeMap<String, String>);

impl Classes {
    /// Reads the text of a `<style>`; gives whether all of it was understood. It was looked at by `attribute::refuse`.
    pub fn read(&mut self, text: &str) -> bool {
        let mut whole = true;
        for rule in text.split('}').map(str::trim).filter(|rule| !rule.is_empty()) {
            let Some((selectors, declarations)) = rule.split_once('{') else { return false };
            for selector in selectors.split(',').map(str::trim) {
                let name = selector.strip_prefix('.').filter(|name| is_name(name));
                whole &= name.is_some();
                let Some(name) = name else { continue };
                let held = self.0.entry(name.to_owned()).or_default();
                held.push_str(declarations);
                held.push(';');
            }
        }
        whole
    }

    /// The declarations for an element with this `class`.
    pub fn of(&self, class: &str) -> String {
        class.split_ascii_whitespace().filter_map(|name| self.0.get(name)).cloned().collect()
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
