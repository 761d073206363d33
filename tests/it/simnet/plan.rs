//! What a seed decides before its history begins: who takes part, how bad the network is, and which misfortunes happen at
//! all. Each history has a few kinds of misfortune and not all of them, so that each also meets quiet neighbours.

use fastrand::Rng;

/// Something that may happen at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Capture,
    Visit,
    Note,
    Withdraw,
    OfficeActs,
    SyncNow,
    NetworkChanges,
    FrontOrBehind,
    NightFalls,
    KillPhone,
    CutPower,
    StopServer,
    ClockJumps,
    MoveWorker,
    ClonePhone,
    CopyPhone,
    RestorePhone,
    BackUpServer,
    RestoreServer,
    ServerFaults,
    FaultsEnd,
    ChangeHands,
    SignOut,
    Revoke,
    EditHousehold,
    JoinColleague,
    SecretaryChooses,
    PhoneFills,
    PhoneHasRoom,
    ServerFills,
    ServerHasRoom,
    AppIsOld,
    AppIsUpdated,
    ExportBundle,
    CarryBundle,
    AskOriginal,
}

/// What everybody does all day, with its weight.
const WORK: &[(Act, u32)] = &[
    (Act::Capture, 10),
    (Act::Visit, 4),
    (Act::Note, 4),
    (Act::Withdraw, 1),
    (Act::OfficeActs, 4),
    (Act::SyncNow, 2),
    (Act::NetworkChanges, 3),
    (Act::FrontOrBehind, 2),
];

/// What may go wrong. Acts that belong together are drawn together.
const MISFORTUNES: &[&[(Act, u32)]] = &[
    &[(Act::KillPhone, 3), (Act::CutPower, 4)],
    &[(Act::StopServer, 2)],
    &[(Act::ClockJumps, 2)],
    &[(Act::NightFalls, 1)],
    &[(Act::MoveWorker, 2)],
    &[(Act::ClonePhone, 2)],
    &[(Act::CopyPhone, 2), (Act::RestorePhone, 2)],
    &[(Act::BackUpServer, 2), (Act::RestoreServer, 1)],
];

/// The same, thought of later: drawn from dice of their own, and less often.
const LATER: &[&[(Act, u32)]] = &[
    &[(Act::ServerFaults, 4), (Act::FaultsEnd, 1)],
    &[(Act::ChangeHands, 5), (Act::SignOut, 3)],
    &[(Act::Revoke, 3), (Act::ChangeHands, 2)],
    &[
        (Act::EditHousehold, 30),
        (Act::JoinColleague, 12),
        (Act::SecretaryChooses, 14),
    ],
    &[(Act::PhoneFills, 6), (Act::PhoneHasRoom, 5)],
    &[(Act::ServerFills, 2), (Act::ServerHasRoom, 1)],
    &[(Act::AppIsOld, 3), (Act::AppIsUpdated, 2)],
    &[(Act::ExportBundle, 5), (Act::CarryBundle, 4)],
    &[(Act::AskOriginal, 5)],
];

/// What needs something else to have happened first comes this much more often where it may happen at all.
const OFTEN: &[(Act, u32)] = &[
    (Act::BackUpServer, 2),
    (Act::RestoreServer, 4),
    (Act::CopyPhone, 4),
    (Act::RestorePhone, 6),
    (Act::ServerFaults, 2),
    (Act::SignOut, 4),
    (Act::ClonePhone, 2),
];

/// How likely the network does what, of 1000 requests.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rates {
    pub(super) lost_out: u32,
    pub(super) lost_back: u32,
    pub(super) doubled: u32,
    pub(super) straggles: u32,
    pub(super) cut: u32,
    pub(super) portal: u32,
    pub(super) gateway: u32,
    pub(super) busy: u32,
    /// Longest time one way, in milliseconds.
    pub(super) slow_ms: u64,
}

/// A history to be.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) seed: u64,
    pub(super) phones: usize,
    pub(super) steps: u32,
    /// Longest pause between two steps, in milliseconds.
    pub(super) pace_ms: u64,
    pub(super) acts: Vec<(Act, u32)>,
    pub(super) rates: Rates,
    /// Back-ups count as copies elsewhere, so that phones let go of what is in them.
    pub(super) copies_count: bool,
}

impl Plan {
    /// What a seed decides.
    pub(super) fn of(seed: u64) -> Self {
        let mut plan = Self::with_copies(seed);
        let mut dice = Rng::with_seed(seed ^ 0xfa_17ed);
        for misfortune in LATER {
            if dice.u8(..100) < 30 {
                plan.acts.extend_from_slice(misfortune);
            }
        }
        plan.more_often(OFTEN).with_colleagues(2)
    }

    /// Those of `more` that may happen in it weigh so much more.
    fn more_often(mut self, more: &[(Act, u32)]) -> Self {
        for (act, weight) in &mut self.acts {
            let also = more.iter().find(|(other, _)| other == act);
            *weight += also.map_or(0, |(_, also)| *also);
        }
        self
    }

    /// Nobody joins a colleague who has none.
    fn with_colleagues(mut self, phones: usize) -> Self {
        if self.acts.iter().any(|(act, _)| *act == Act::JoinColleague) {
            self.phones = self.phones.max(phones);
        }
        self
    }

    /// What a seed decided before [`LATER`].
    pub(super) fn with_copies(seed: u64) -> Self {
        let mut plan = Self::at_first(seed);
        let mut dice = Rng::with_seed(seed ^ 0xc0_1ded);
        plan.copies_count = dice.u8(..100) < 35;
        if plan.copies_count {
            plan.acts.extend([(Act::BackUpServer, 3), (Act::NightFalls, 3)]);
        }
        plan
    }

    /// What a seed decided before there were back-ups that count: those that once broke a promise stay what they were.
    pub(super) fn at_first(seed: u64) -> Self {
        let mut dice = Rng::with_seed(seed);
        let mut acts = WORK.to_vec();
        for misfortune in MISFORTUNES {
            if dice.u8(..100) < 35 {
                acts.extend_from_slice(misfortune);
            }
        }
        Self {
            seed,
            phones: dice.usize(1..=3),
            steps: dice.u32(6..=24),
            pace_ms: *dice.choice(&[500, 5_000, 30_000, 120_000]).unwrap(),
            acts,
            rates: Rates::of(&mut dice),
            copies_count: false,
        }
    }

    /// The same with these things happening often.
    pub(super) fn with(mut self, more: &[Act]) -> Self {
        self.acts.retain(|(act, _)| !more.contains(act));
        self.acts.extend(more.iter().map(|act| (*act, 8)));
        self.steps = 24;
        self.pace_ms = 30_000;
        self.with_colleagues(3)
    }

    /// The next thing to happen.
    pub(super) fn act(&self, dice: &mut Rng) -> Act {
        let total: u32 = self.acts.iter().map(|(_, weight)| weight).sum();
        let mut at = dice.u32(..total);
        for (act, weight) in &self.acts {
            if at < *weight {
                return *act;
            }
            at -= weight;
        }
        Act::Capture
    }
}

impl Rates {
    fn of(dice: &mut Rng) -> Self {
        let mut rate = |most: u32| if dice.bool() { dice.u32(..=most) } else { 0 };
        Self {
            lost_out: rate(300),
            lost_back: rate(300),
            doubled: rate(300),
            straggles: rate(200),
            cut: rate(150),
            portal: rate(100),
            gateway: rate(100),
            busy: rate(100),
            slow_ms: u64::from(rate(20_000)),
        }
    }
}
