//! The moves of persons, of the service and of fate. New commands of the engine come in here and
//! in [`wishes`](super::wishes).

use sts_core::command::{Apply, Automation, Change, ChannelChoice, Mode, Month};
use sts_simulator::{Fault, FaultRule, Operation, Stato};

use super::chance::Chance;
use super::invoices::Version;
use super::plan::{Clocks, DAY, HOUR, MINUTE, Plan};
use super::privacy::PASSWORD;
use super::scene::{Happening, Scene};
use super::wishes::Wish;
use crate::site::Network;
use crate::stage;

/// A move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// A new invoice or credit note, or an edit of one.
    Edit,
    /// Several of them at once.
    EditMany,
    /// One document is to be sent.
    Send,
    /// Everything is to be sent.
    SendAll,
    /// One document is deleted, or taken off the service.
    TakeAway,
    /// Another of the manual tools is used on a document.
    Repair,
    /// Money is given back.
    Refund,
    /// What happens by itself is chosen anew.
    Configure,
    /// Nothing may leave for a while.
    Pause,
    /// A month is compared.
    Compare,
    /// Somebody looks at something.
    Look,
    /// Somebody tests the credentials.
    Test,
    /// The service will misbehave.
    Fault,
    /// The network goes down or comes back.
    Network,
    /// A process ends at once.
    Crash,
    /// A process ends in good order, and another begins.
    Close,
    /// A clock jumps.
    Clock,
    /// Somebody types a wrong password into one program or all.
    WrongPassword,
    /// The right password comes back.
    RightPassword,
    /// The password expires on the portal.
    Expiry,
    /// The password is changed on the portal, and in one program or all.
    NewPassword,
    /// A long time without any move.
    Holiday,
}

impl Move {
    /// What comes next in a world.
    pub(super) fn draw(chance: &mut Chance, plan: &Plan) -> Self {
        let crash = if plan.crash_in.is_some() { 2 } else { 0 };
        let clock = if plan.clocks == Clocks::Right { 0 } else { 3 };
        chance.weighed(&[
            (10, Move::Edit),
            (2, Move::EditMany),
            (10, Move::Send),
            (3, Move::SendAll),
            (3, Move::TakeAway),
            (4, Move::Repair),
            (1, Move::Refund),
            (plan.automation, Move::Configure),
            (plan.automation.min(1), Move::Pause),
            (1, Move::Compare),
            (3, Move::Look),
            (1, Move::Test),
            (2 * plan.hostility, Move::Fault),
            (plan.hostility.min(2), Move::Network),
            (crash, Move::Crash),
            (1, Move::Close),
            (clock, Move::Clock),
            (plan.passwords, Move::WrongPassword),
            (plan.passwords, Move::RightPassword),
            (plan.passwords.min(1), Move::Expiry),
            (plan.passwords, Move::NewPassword),
            (1, Move::Holiday),
        ])
    }
}

impl Scene {
    /// One move, and the next one when its time comes.
    pub(super) fn make_move(&mut self) {
        let next = Move::draw(&mut self.chance, &self.plan);
        self.tell(|| format!("move: {next:?}"));
        let mut pause = match self.chance.below(4) {
            0 => self.chance.between(0, 200),
            1 => self.chance.between(0, 10 * MINUTE),
            _ => self.chance.between(0, self.plan.pace),
        };
        match next {
            Move::Edit => {
                let version = self.edited();
                let id = version.id.clone();
                self.ask(Wish::Save(vec![version]));
                // "Save and send", which another process may overtake.
                if self.chance.one_in(3) {
                    self.ask(Wish::Send(vec![id]));
                }
            }
            Move::EditMany => {
                let mut versions: Vec<Version> = Vec::new();
                for _ in 0..self.chance.between(2, 4) {
                    let version = self.edited();
                    // One command names a document once.
                    versions.retain(|other| other.id != version.id);
                    versions.push(version);
                }
                self.ask(Wish::Save(versions));
            }
            Move::Send => {
                let id = self.id();
                self.ask(Wish::Send(vec![id]));
            }
            Move::SendAll => self.ask(Wish::SendReady(10)),
            Move::TakeAway => {
                let change = *self.chance.pick(&[Change::Delete, Change::Cancel]);
                let (id, confirmed) = (self.id(), !self.chance.one_in(4));
                self.ask(Wish::Change(change, vec![id], confirmed));
            }
            Move::Repair => {
                let tools = [Change::Resend, Change::Update, Change::Resync];
                let (change, id) = (*self.chance.pick(&tools), self.id());
                self.ask(Wish::Change(change, vec![id], true));
            }
            Move::Refund => self.refund(),
            Move::Configure => {
                let automation = self.automation();
                self.ask(Wish::Configure(automation));
            }
            Move::Pause => {
                self.ask(Wish::Pause);
                let longest = *self.chance.pick(&[MINUTE, 2 * HOUR, 2 * DAY]);
                let end = self.chance.between(0, longest);
                self.after(end, Happening::Ask(Wish::Resume));
            }
            Move::Compare => {
                let day = self.now.plus(-self.chance.between(0, 60) * DAY).date_in_italy();
                let month = Month { anno: day.anno(), mese: day.mese() };
                let apply = *self.chance.pick(&[Apply::Nothing, Apply::Adopt, Apply::Realign]);
                self.ask(Wish::Compare(month, apply));
            }
            Move::Look => {
                let look = self.look_at();
                self.ask(look);
            }
            Move::Test => {
                let again = self.chance.one_in(3);
                self.ask(Wish::Test(again));
            }
            Move::Fault => {
                let rule = self.fault();
                self.tell(|| format!("fault: {rule:?}"));
                assert!(self.world.add_fault(rule), "there is room for faults");
            }
            Move::Network => {
                self.network = Network::Down;
                let longest = self.chance.weighed(&[(3, 2_000), (3, 10 * MINUTE), (1, 2 * DAY)]);
                let back = self.chance.between(100, longest);
                self.after(back, Happening::Reconnect);
            }
            Move::Crash => {
                let p = self.any_process();
                if self.processes[p].engine.is_some() {
                    self.crash(p);
                }
            }
            Move::Close => {
                let p = self.any_process();
                self.close(p);
            }
            Move::Clock => {
                let p = self.any_process();
                let plan = self.plan.clone();
                self.processes[p].skew = plan.skew(&mut self.chance);
                self.tell(|| format!("process {p} is {} ms off", self.processes[p].skew));
            }
            Move::WrongPassword => {
                let wrong = self.new_password();
                self.type_password(&wrong);
            }
            Move::RightPassword => {
                let right = self.password.clone();
                self.type_password(&right);
            }
            Move::Expiry => self.set_account(Stato::PasswordScaduta),
            Move::NewPassword => {
                self.password = self.new_password();
                self.set_account(Stato::Attivo);
                let right = self.password.clone();
                self.type_password(&right);
            }
            Move::Holiday => pause = self.chance.between(HOUR, 3 * DAY),
        }
        self.after(pause, Happening::Move);
    }

    fn any_process(&mut self) -> usize {
        self.chance.below(self.processes.len() as u64) as usize
    }

    /// A document of the practice, mostly one that was saved already.
    fn id(&mut self) -> String {
        let known: Vec<&String> = self.practice.papers.keys().collect();
        if known.is_empty() || self.chance.one_in(10) {
            return format!("fattura-{}", self.chance.below(self.plan.documents));
        }
        (*self.chance.pick(&known)).clone()
    }

    /// The next version of some document.
    fn edited(&mut self) -> Version {
        let n = self.chance.below(self.plan.documents);
        let id = format!("fattura-{n}");
        let paper = self.practice.papers.entry(id).or_default();
        let version = match paper.draft.clone() {
            Some(mut version) => {
                version.edit(&mut self.chance, self.now);
                version
            }
            None => {
                let mut version = Version::draw(&mut self.chance, n, self.now);
                if self.chance.one_in(5) {
                    self.make_credit_note(&mut version);
                }
                version
            }
        };
        let paper = self.practice.papers.entry(version.id.clone()).or_default();
        paper.draft = Some(version.clone());
        version
    }

    /// Turns a new invoice into a credit note of another, when there is one.
    fn make_credit_note(&mut self, version: &mut Version) {
        let papers = self.practice.papers.values();
        let originals: Vec<&Version> = papers
            .filter_map(|paper| paper.draft.as_ref())
            .filter(|other| other.refunds.is_none() && other.issued <= version.issued)
            .collect();
        if originals.is_empty() {
            return;
        }
        let original = self.chance.pick(&originals);
        version.refunds = Some((original.issued, original.number.clone()));
        version.paid = Some(version.issued);
    }

    /// Money back for an invoice, by a credit note of its own.
    fn refund(&mut self) {
        let id = format!("fattura-{}", self.plan.documents);
        let known = self.practice.papers.get(&id).and_then(|paper| paper.draft.clone());
        let version = known.unwrap_or_else(|| {
            let mut version = Version::draw(&mut self.chance, self.plan.documents, self.now);
            self.make_credit_note(&mut version);
            version
        });
        self.practice.paper(&id).draft = Some(version.clone());
        let confirmed = !self.chance.one_in(4);
        self.ask(Wish::Refund(version, confirmed));
    }

    /// What is to happen by itself.
    pub(super) fn automation(&mut self) -> Automation {
        let back = self.chance.weighed(&[(3, 100), (1, 3), (1, 0)]);
        let send_from = self.now.plus(-back * DAY).date_in_italy();
        let modes = [Mode::Manual, Mode::Automatic { send_from }, Mode::Automatic { send_from }];
        let channels = [ChannelChoice::Auto, ChannelChoice::Sync, ChannelChoice::File];
        Automation {
            mode: *self.chance.pick(&modes),
            channel: *self.chance.pick(&channels),
            group: self.chance.weighed(&[(3, 25), (1, 2), (1, 1)]),
        }
    }

    fn look_at(&mut self) -> Wish {
        let id = self.id();
        match self.chance.below(10) {
            0 => Wish::List(3),
            1 => Wish::Documents(2),
            2 => Wish::Document(id),
            3 | 4 => Wish::Status(id),
            5 => Wish::Health,
            6 => Wish::Calendar,
            7 => Wish::Receipts(1 + self.chance.below(6)),
            8 => {
                let today = self.now.date_in_italy();
                Wish::Segnalazioni(today.plus_days(-30).expect("a day"), today)
            }
            _ => Wish::Export(100),
        }
    }

    fn new_password(&mut self) -> String {
        self.passwords += 1;
        format!("{PASSWORD}{}", self.passwords)
    }

    /// Sets the account on the portal to the present password.
    pub(super) fn set_account(&mut self, stato: Stato) {
        let mut user = self.world.user(stage::USER).expect("she is a user").clone();
        user.password.clone_from(&self.password);
        user.stato = stato;
        self.world.set_user(user);
        self.tell(|| format!("portal: {stato:?}, password {}", self.password));
    }

    /// Puts a password into one program, or all; some hear of it only at their next start.
    fn type_password(&mut self, password: &str) {
        let only = (!self.chance.one_in(2)).then(|| self.any_process());
        for p in 0..self.processes.len() {
            if only.is_none_or(|only| only == p) {
                let at_once = !self.chance.one_in(4);
                self.configure(p, password, at_once);
            }
        }
    }

    /// Writes the password into a process's configuration, and gives it to its engine.
    pub(super) fn configure(&mut self, p: usize, password: &str, at_once: bool) {
        let process = &mut self.processes[p];
        self.trace.tell(self.now, || format!("process {p} is told {password}"));
        process.configured = password.to_owned();
        if let Some(engine) = process.engine.as_mut().filter(|_| at_once) {
            engine.set_credentials(Some(stage::credentials_with_password(password)));
            process.password = password.to_owned();
        }
    }

    fn fault(&mut self) -> FaultRule {
        let after_storing = self.chance.one_in(2);
        let fault = match self.chance.below(23) {
            0 => Fault::LostBeforeStoring,
            1 | 2 => Fault::LostAfterStoring,
            3 => Fault::Hang { after_storing },
            4 => Fault::ResetMidBody { bytes: self.chance.below(400) as usize },
            5 => Fault::Slow { ms: self.chance.below(200_000) },
            6 => Fault::Http { status: *self.chance.pick(&[500, 502, 503, 404]), after_storing },
            7 => Fault::Maintenance,
            8 if self.plan.passwords > 0 => Fault::AuthenticationFault,
            9 if self.plan.passwords > 1 => Fault::ExpirePassword,
            10 if self.plan.passwords > 1 => Fault::LockUser,
            11 => Fault::Ws99 { after_storing },
            12 => Fault::Code200 { after_storing },
            13 => Fault::ClosedYear,
            14 => Fault::Late,
            15 => {
                let codice = *self.chance.pick(&["S011", "S017", "W003", "W014", "S022", "S999"]);
                Fault::Code { codice: codice.to_owned(), descrizione: None, tipo: None }
            }
            16 => Fault::Truncated { bytes: self.chance.below(400) as usize },
            17 => Fault::Oversized { bytes: self.chance.below(60_000) },
            18 => Fault::WrongCharset,
            19 => Fault::InternalError,
            20 => Fault::ProcessingDelay { ms: self.chance.below(12 * HOUR as u64) },
            21 => Fault::FileState { stato: *self.chance.pick(&[2, 3, 5, 9]) },
            _ => Fault::LostAfterStoring,
        };
        let mut rule =
            FaultRule::next(fault).times(self.chance.weighed(&[(6, 1), (2, 2), (2, 4), (1, 12)]));
        rule.skip = self.chance.weighed(&[(3, 0), (1, 1), (1, 3)]);
        match self.chance.below(8) {
            0 => rule.of(Operation::Inserimento),
            1 => rule.of(Operation::InterrogazionePuntuale),
            2 => rule.of(Operation::Cancellazione),
            3 => rule.of(Operation::Variazione),
            4 => rule.of(Operation::InviaFileMtom),
            _ => rule,
        }
    }
}
