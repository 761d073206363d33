//! The network of a history: what happens to each request is drawn from the seed, and told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use device::ports::Request;
use fastrand::Rng;
use xunge_tests::clock::WorldClock;
use xunge_tests::network::{Fate, Reply, Weather};

use super::plan::Rates;

/// What happened, line by line.
#[derive(Clone)]
pub(super) struct Trace {
    clock: WorldClock,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Trace {
    pub(super) fn new(clock: WorldClock) -> Self {
        Self {
            clock,
            lines: Arc::default(),
        }
    }

    pub(super) fn tell(&self, line: &str) {
        let at = self.clock.elapsed_ms();
        self.lines.lock().unwrap().push(format!("{at:>9} ms  {line}"));
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

/// A network as bad as its rates.
pub(super) struct Stormy {
    pub(super) name: String,
    pub(super) dice: Rng,
    pub(super) rates: Rates,
    pub(super) trace: Trace,
}

impl Weather for Stormy {
    fn fate(&mut self, request: &Request) -> Fate {
        let fate = self.draw();
        let path = request.url.rsplit("/v1/").next().unwrap_or_default();
        let path: String = path.chars().take(14).collect();
        let Fate { arrives, reply, .. } = fate;
        self.trace.tell(&format!(
            "  {} {path} {} bytes: arrives {arrives}, {reply:?}",
            self.name,
            request.body.len()
        ));
        fate
    }
}

impl Stormy {
    fn draw(&mut self) -> Fate {
        let Rates { slow_ms, .. } = self.rates;
        let mut happens = |rate: u32| self.dice.u32(..1000) < rate;
        let nowhere = happens(self.rates.lost_out);
        let doubled = happens(self.rates.doubled);
        let straggles = happens(self.rates.straggles);
        let (lost, cut) = (happens(self.rates.lost_back), happens(self.rates.cut));
        let (portal, gateway) = (happens(self.rates.portal), happens(self.rates.gateway));
        let busy = happens(self.rates.busy);
        let (arrives, reply) = if portal {
            (0, Reply::Portal)
        } else if gateway {
            (u8::from(self.dice.bool()), Reply::BadGateway)
        } else if busy {
            (0, Reply::Busy)
        } else if nowhere {
            (0, Reply::Lost)
        } else if lost {
            (1, Reply::Lost)
        } else if cut {
            (1, Reply::Cut(self.dice.u8(..)))
        } else {
            (1, Reply::Given)
        };
        Fate {
            out: Duration::from_millis(self.dice.u64(..=slow_ms)),
            arrives: if doubled { arrives * 2 } else { arrives },
            straggler: straggles.then(|| Duration::from_millis(self.dice.u64(..300_000))),
            back: Duration::from_millis(self.dice.u64(..=slow_ms)),
            reply,
        }
    }
}
