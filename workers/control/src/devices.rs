//! The devices of a license: what its Fleet object holds.

use domain::fleet::{Device, Suspect};
use domain::id::DeviceId;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::objects::{By, DeviceNamed, Fleet, FleetCall, FleetReply, Ruling};
use edge::{Call, Failure, object};
use wire::body;
use wire::device::{DeviceRequest, DeviceView};
use wire::endpoints::Endpoint;
use wire::problem::Kind;

use crate::answer;
use crate::licenses::{Found, seen};
use crate::paging::{Asked, wrong};
use crate::text;
use crate::turn::{Done, once};

/// The devices that a page asks for at most: what the object gives at once.
const MOST: u32 = 200;

/// A page of the devices of a license, in the order of their ids.
pub async fn list(call: &Call, caller: &Caller, reference: &str) -> Result<Outbound, Failure> {
    let asked = Asked::read(call, &[])?;
    let after = match asked.cursor.as_str() {
        "" => None,
        text => Some(
            DeviceId::parse(text).map_err(|_| wrong("cursor", "is not a cursor of this list"))?,
        ),
    };
    let found = seen(call, caller.principal()?, reference).await?;
    let limit = asked.limit.min(MOST - 1);
    let reply = ask(call, &found, &FleetCall::Devices { after, limit: limit + 1 }).await?;
    let FleetReply::Devices(devices) = reply else { return Err(unexpected(&reply)) };
    let views = devices.into_iter().map(view).collect();
    answer::page(views, limit, |device: &DeviceView| device.device_id.to_string())
}

/// Shuts a device out.
pub async fn block(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    reference: &str,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |_| {
        let order = |device, by, ruling| FleetCall::Block { device, by, ruling };
        switch(call, caller, reference, order).await.map(Done::new)
    })
    .await
}

/// Lets a blocked device in again, or clears a suspicion. What the issuer has blocked its holder cannot let in.
pub async fn unblock(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    reference: &str,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |_| {
        let order = |device, by, ruling| FleetCall::Unblock { device, by, ruling };
        switch(call, caller, reference, order).await.map(Done::new)
    })
    .await
}

async fn switch(
    call: &Call,
    caller: &Caller,
    reference: &str,
    order: impl Fn(DeviceNamed, By, Ruling) -> FleetCall,
) -> Result<Outbound, Failure> {
    let request: DeviceRequest = body::read(&call.inbound.body)?;
    if let Some(reason) = &request.reason {
        text::sized(reason, "/reason", 1, 500)?;
    }
    let principal = caller.principal()?;
    let found = seen(call, principal, reference).await?;
    let by = By { actor: principal.actor().to_owned(), request: call.id.to_string() };
    let ruling = Ruling { reason: request.reason, by_issuer: found.row.issuer == principal.tenant };
    match ask(call, &found, &order(DeviceNamed::Id(request.device_id), by, ruling)).await? {
        FleetReply::Device(reply) => answer::json(200, &view(reply.device)),
        FleetReply::NoSuchDevice => Err(Kind::DeviceNotFound.into()),
        FleetReply::BlockedByIssuer => Err(Failure::new(
            Kind::DeviceBlocked,
            "The license's issuer has blocked it, and only the issuer can let it in again.",
        )),
        other => Err(unexpected(&other)),
    }
}

async fn ask(call: &Call, found: &Found, message: &FleetCall) -> Result<FleetReply, Failure> {
    let name = Fleet::name(&found.row.tenant_id, &found.row.id);
    Ok(object::send::<Fleet>(call, &name, found.shard, message).await?)
}

fn unexpected(reply: &FleetReply) -> Failure {
    Failure::internal(format!("the fleet answered {reply:?}"))
}

fn view(device: Device) -> DeviceView {
    DeviceView {
        device_id: device.id,
        hardware_id: device.fingerprint,
        name: device.name,
        status: device.status.name().to_owned(),
        activated_at: device.activated.into(),
        last_seen_at: device.last_seen.map(Into::into),
        suspect: device.suspect.map(Suspect::name).map(str::to_owned),
    }
}
