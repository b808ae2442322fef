//! `GET /api/v1/pools/{license}/events`: what happens in a pool, for the license's holder and its issuer.

use edge::admit::admit;
use edge::door::{Outbound, Stream};
use edge::failure::StoreFailure;
use edge::objects::{Feed, location_hint};
use edge::paging::{Asked, wrong};
use edge::serve::{Answer, Target};
use edge::{Call, Failure, find};

/// Who: a key of holder or issuer. What: the license's Feed, which answers by a stream.
pub async fn events(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let caller = admit(call, target.endpoint).await?;
    let query = query(&Asked::whole(call, &["after", "follow"])?)?;
    let found = find::seen(call, caller.principal()?, target.param).await?;
    if call.faults.objects_off {
        return Err(StoreFailure::Unavailable("switched off".to_owned()).into());
    }
    let license = found.row.license();
    let stream = Stream {
        binding: Feed::BINDING,
        hint: location_hint(found.shard),
        name: Feed::name(&license.holder, &license.id),
        query,
    };
    Ok(Answer::to(caller, Outbound::stream(stream)))
}

/// What the Feed is asked: nothing that was not understood.
fn query(asked: &Asked) -> Result<String, Failure> {
    let follow = match asked.filter("follow") {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => return Err(wrong("follow", "must be true or false").into()),
    };
    let Some(after) = asked.filter("after") else { return Ok(format!("follow={follow}")) };
    // As many digits as a number in JSON holds exactly.
    let after: u64 = match after.parse() {
        Ok(after) if after < 1 << 50 => after,
        _ => return Err(wrong("after", "must be the number of an event").into()),
    };
    Ok(format!("follow={follow}&after={after}"))
}
