//! `GET /api/v1/export`: everything that there is of the caller's tenant, page by page, each page signed.
//!
//! Which tables there are, and what of them is never shown, stands in one list (`store::inventory`). After the tables
//! comes what objects hold beyond them.

mod cursor;
mod objects;

use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::vouch::Voucher;
use edge::{Call, Failure};
use license::export::{ExportClaims, PartClaim, WritExport};
use license::{hex, sha256};
use serde_json::json;
use store::inventory::{Home, Row, TABLES, Table};
use wire::export::{ExportPage, ExportPart};

use self::cursor::{Cursor, Place};
use crate::answer;
use crate::commit::{self, Deed};
use crate::paging::Asked;

/// A page of everything.
pub async fn get(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::read(call, &[])?;
    let from = Cursor::read(&asked.cursor)?;
    let principal = caller.principal()?;
    // Before anything is shown: whoever takes everything leaves a trace.
    if asked.cursor.is_empty() {
        note(call, principal).await?;
    }
    let mut page = Page { parts: Vec::new(), room: asked.limit, next: Some(from) };
    while let Some(at) = page.next.take() {
        if page.room == 0 {
            page.next = Some(at);
            break;
        }
        match at.place {
            Place::Table(index) => page.table(call, principal, index, at.after).await?,
            Place::Objects => page.objects(call, principal, &at.after).await?,
        }
    }
    let answer = sign(call, principal, &asked.cursor, page)?;
    answer::json(200, &answer)
}

async fn note(call: &Call, principal: &Principal) -> Result<(), Failure> {
    let place = commit::Place::of(principal);
    let entry = Entry {
        actor: principal.actor(),
        action: "tenant.exported",
        subject: principal.tenant.as_str(),
        detail: json!({}),
    };
    let deed = Deed { place, entry, changes: Vec::new(), events: Vec::new() };
    deed.commit(call, principal, None, answer::empty()).await.map(drop)
}

/// A page in the making.
struct Page {
    parts: Vec<ExportPart>,
    room: u32,
    next: Option<Cursor>,
}

impl Page {
    /// As many rows of a table as there is room for.
    async fn table(
        &mut self,
        call: &Call,
        principal: &Principal,
        index: usize,
        after: Vec<String>,
    ) -> Result<(), Failure> {
        let Some(table) = TABLES.get(index) else {
            self.next = Some(Cursor::objects());
            return Ok(());
        };
        let rows = read(call, principal, table, &after, self.room).await?;
        let full = rows.len() as u64 >= u64::from(self.room) && !table.keys.is_empty();
        self.next = match rows.last().filter(|_| full) {
            Some(last) => Some(Cursor { place: Place::Table(index), after: table.after(last) }),
            None => Some(Cursor::table(index + 1)),
        };
        self.put(&table.label(), table.why, rows)
    }

    /// What the objects of some licenses hold.
    async fn objects(
        &mut self,
        call: &Call,
        principal: &Principal,
        after: &[String],
    ) -> Result<(), Failure> {
        let after = after.first().map_or("", String::as_str);
        let (rows, last) = objects::read(call, principal, after, self.room).await?;
        self.next = last.map(|last| Cursor { place: Place::Objects, after: vec![last] });
        self.put("objects", "What the objects of licenses hold beyond the tables.", rows)
    }

    fn put(&mut self, name: &str, about: &str, rows: Vec<Row>) -> Result<(), Failure> {
        if rows.is_empty() {
            return Ok(());
        }
        self.room = self.room.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        let text = serde_json::to_string(&rows).map_err(Failure::internal)?;
        self.parts.push(ExportPart {
            name: name.to_owned(),
            about: about.to_owned(),
            rows,
            sha256: hex(&sha256(text.as_bytes())),
        });
        Ok(())
    }
}

async fn read(
    call: &Call,
    principal: &Principal,
    table: &Table,
    after: &[String],
    limit: u32,
) -> Result<Vec<Row>, Failure> {
    let tenant = &principal.tenant;
    let shard = call.records(tenant, principal.shard, Freshness::Primary);
    let directory = call.directory(Freshness::Primary);
    let (rows,) = match table.home {
        Home::Shard => match table.rows(after, limit) {
            Some(page) => shard.read((page,)).await?,
            None => return Ok(Vec::new()),
        },
        Home::Directory => match table.entries(tenant, after, limit) {
            Some(page) => directory.read((page,)).await?,
            None => return Ok(Vec::new()),
        },
    };
    Ok(rows)
}

fn sign(call: &Call, principal: &Principal, from: &str, page: Page) -> Result<ExportPage, Failure> {
    let voucher = Voucher::of(call)?;
    let next_cursor = page.next.map(|next| next.text()).transpose()?;
    let part = |part: &ExportPart| PartClaim {
        name: part.name.clone(),
        rows: part.rows.len() as u64,
        sha256: part.sha256.clone(),
    };
    let claims = ExportClaims {
        iss: voucher.issuer.clone(),
        sub: principal.tenant.clone(),
        iat: call.now.seconds(),
        writ: WritExport::Records {
            from: Some(from.to_owned()).filter(|from| !from.is_empty()),
            to: next_cursor.clone(),
            parts: page.parts.iter().map(part).collect(),
        },
    };
    let manifest = claims.sign(&voucher.keys.answer, &voucher.keys.answer_cert);
    Ok(ExportPage {
        tenant_id: principal.tenant.clone(),
        exported_at: call.now.into(),
        parts: page.parts,
        manifest: manifest.map_err(Failure::internal)?,
        next_cursor,
    })
}
