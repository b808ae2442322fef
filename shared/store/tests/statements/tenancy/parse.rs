//! As much of SQL as our statements use: words, groups in parentheses, and the clauses of one query.

/// A word, an operator or a group in parentheses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tok {
    Word(String),
    Group(Vec<Self>),
}

impl Tok {
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own.eq_ignore_ascii_case(word))
    }

    pub fn word(&self) -> Option<&str> {
        if let Self::Word(word) = self { Some(word) } else { None }
    }
}

pub fn tokens(sql: &str) -> Vec<Tok> {
    let chars: Vec<char> = sql.chars().collect();
    let (tokens, end) = group(&chars, 0);
    assert_eq!(end, chars.len(), "parentheses match: {sql}");
    tokens
}

fn group(chars: &[char], mut at: usize) -> (Vec<Tok>, usize) {
    let mut out = Vec::new();
    let part = |c: char| c.is_alphanumeric() || "_.?$".contains(c);
    while at < chars.len() {
        match chars[at] {
            ')' => return (out, at),
            '(' => {
                let (inner, end) = group(chars, at + 1);
                assert!(chars.get(end) == Some(&')'), "an open parenthesis");
                out.push(Tok::Group(inner));
                at = end + 1;
            }
            '\'' => {
                let length = chars[at + 1..].iter().position(|c| *c == '\'').unwrap();
                out.push(Tok::Word(chars[at..=at + 1 + length].iter().collect()));
                at += length + 2;
            }
            c if part(c) => {
                let length = chars[at..].iter().take_while(|c| part(**c)).count();
                out.push(Tok::Word(chars[at..at + length].iter().collect()));
                at += length;
            }
            c if c.is_whitespace() => at += 1,
            c => {
                out.push(Tok::Word(c.to_string()));
                at += 1;
            }
        }
    }
    (out, at)
}

/// `tokens` cut wherever one of `words` stands, without them.
pub fn split<'t>(tokens: &'t [Tok], words: &[&str]) -> Vec<&'t [Tok]> {
    tokens.split(|tok| words.iter().any(|word| tok.is(word))).collect()
}

/// What stands between the first `from` and the first of `until` behind it.
pub fn clause<'t>(tokens: &'t [Tok], from: &str, until: &[&str]) -> &'t [Tok] {
    let Some(start) = tokens.iter().position(|tok| tok.is(from)) else { return &[] };
    let rest = &tokens[start + 1..];
    let end = rest.iter().position(|tok| until.iter().any(|word| tok.is(word)));
    &rest[..end.unwrap_or(rest.len())]
}

/// The parts of a condition that must all hold. BETWEEN has an AND of its own; a condition with OR has no parts.
pub fn conjuncts(condition: &[Tok]) -> Vec<&[Tok]> {
    if condition.iter().any(|tok| tok.is("OR")) {
        return Vec::new();
    }
    split(condition, &["AND"])
        .into_iter()
        .flat_map(|part| match part {
            [Tok::Group(inner)] if !inner.first().is_some_and(|tok| tok.is("SELECT")) => {
                conjuncts(inner)
            }
            part => vec![part],
        })
        .collect()
}
