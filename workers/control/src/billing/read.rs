//! What a statement is made of, from every shard.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{LicenseId, ProductId, TenantId};
use domain::place::Shard;
use domain::pool::statement::OverageUse;
use edge::principal::Principal;
use edge::{Call, Failure};
use futures_util::future::try_join_all;
use store::data::seat_use::{self, BilledRow, FiguresRow, Page, Span};
use store::data::{crm_links, products};

use crate::paging::wrong;
use crate::turn::{own, records};

/// Licenses read in one round.
const PAGE: u32 = 50;
/// Rounds on each shard: fewer than 2,000 licenses.
const MOST_PAGES: u32 = 40;

/// The licenses of a statement with all that is said of them.
#[derive(Debug, Default)]
pub struct Books {
    /// The licenses.
    pub licenses: Vec<BilledRow>,
    /// Their overage by the number of the month, where there was any use.
    pub used: BTreeMap<(LicenseId, usize), OverageUse>,
    /// What products are called.
    pub products: BTreeMap<ProductId, String>,
    /// The first CRM account of each holder that is linked to one.
    pub accounts: BTreeMap<TenantId, String>,
}

/// Reads the books of the caller for `period`, cut into `months`; with `account`, those of one CRM account.
///
/// # Errors
/// `invalid-request` when there are too many licenses for one statement, which is never given in part.
pub async fn books(
    call: &Call,
    principal: &Principal,
    period: Span,
    months: &[Span],
    account: Option<&str>,
) -> Result<Books, Failure> {
    let customer = match account {
        Some(account) => own(call, principal).first(crm_links::by_account(account)).await?,
        None => None,
    };
    let customer = customer.map(|link| link.customer);
    let first = Page { after: "", limit: PAGE, period, account, customer: customer.as_ref() };
    let shards = Shard::ALL.map(|shard| of_shard(call, principal, shard, first, months));
    let mut books = Books::default();
    for (licenses, figures) in try_join_all(shards).await? {
        books.licenses.extend(licenses);
        let used = figures.iter().map(|row| ((row.license_id.clone(), row.span), row.overage()));
        books.used.extend(used);
    }
    name(call, principal, &mut books).await?;
    Ok(books)
}

/// Page after page, each with its figures in one round.
async fn of_shard(
    call: &Call,
    principal: &Principal,
    shard: Shard,
    first: Page<'_>,
    months: &[Span],
) -> Result<(Vec<BilledRow>, Vec<FiguresRow>), Failure> {
    let records = records(call, &principal.tenant, shard);
    let (mut licenses, mut figures): (Vec<BilledRow>, Vec<FiguresRow>) = Default::default();
    for _ in 0..MOST_PAGES {
        let after = licenses.last().map(|row| row.id.to_string()).unwrap_or_default();
        let page = Page { after: &after, ..first };
        let asked = (seat_use::billed(&page), seat_use::of_issued(&page, months));
        let (more, their) = records.read(asked).await?;
        let last = more.len() < PAGE as usize;
        licenses.extend(more);
        figures.extend(their);
        if last {
            return Ok((licenses, figures));
        }
    }
    Err(wrong("customer_crm_id", "there are too many licenses for one statement: name a customer")
        .into())
}

/// Names of products and accounts, from the issuer's own records.
async fn name(call: &Call, principal: &Principal, books: &mut Books) -> Result<(), Failure> {
    if books.licenses.is_empty() {
        return Ok(());
    }
    let ids: BTreeSet<_> = books.licenses.iter().map(|row| &row.product).collect();
    let holders: BTreeSet<_> = books.licenses.iter().map(|row| &row.tenant_id).collect();
    let (ids, holders): (Vec<_>, Vec<_>) =
        (ids.into_iter().collect(), holders.into_iter().collect());
    let asked = (products::names(&ids), crm_links::first_of(&holders));
    let (named, links) = own(call, principal).read(asked).await?;
    books.products = named.into_iter().map(|row| (row.id, row.name)).collect();
    books.accounts = links.into_iter().map(|row| (row.customer, row.crm_account_id)).collect();
    Ok(())
}
