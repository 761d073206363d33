//! The queues, with how much waits in each.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use domain::role::Permission;
use domain::view::QueueRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::Route;
use crate::Outcome;
use crate::auth::caller::SignedIn;
use crate::server::Server;
use crate::store::case_lists::{self, Sight};
use crate::store::grids;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/v1/queues",
        access: SignedIn::ACCESS,
        handler: get(list_queues),
    }]
}

/// A queue and what waits in it, as far as the caller may see cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueueView {
    /// The queue.
    #[serde(flatten)]
    pub queue: QueueRow,
    /// Open cases it leads; `triage` counts cases without an order.
    pub open: u32,
    /// Of these, past their due time.
    pub overdue: u32,
    /// True when the caller works it.
    pub mine: bool,
}

/// Every queue of the street. People without sight of cases get the names alone.
#[utoipa::path(get, path = "/v1/queues", tag = "reference", security(("session" = [])),
    responses((status = 200, body = Vec<QueueView>)))]
pub async fn list_queues(SignedIn(person): SignedIn, State(server): State<Server>) -> Outcome<Json<Vec<QueueView>>> {
    let now = server.clock.now();
    let views = server
        .store
        .read(move |tx| {
            let sight = Sight::of(&person, now);
            let counts: BTreeMap<_, _> = case_lists::by_queue(tx, &sight)?
                .into_iter()
                .map(|count| (count.queue.clone(), count))
                .collect();
            let sees = person.may(Permission::SeeAllCases);
            Ok(grids::queues(tx, &person.street)?
                .into_iter()
                .map(|queue| {
                    let mine = person.queues.contains(&queue.id);
                    let count = counts.get(&queue.id).filter(|_| sees || mine);
                    QueueView {
                        open: count.map_or(0, |count| count.count),
                        overdue: count.map_or(0, |count| count.overdue),
                        mine,
                        queue,
                    }
                })
                .collect())
        })
        .await?;
    Ok(Json(views))
}
