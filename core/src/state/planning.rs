//! What the planner looks at, gathered from the store.

use crate::domain::{Data, IdSpesa};
use crate::ledger::Stop;
use crate::plan::{Original, Plan, Situation, There, Wish, plan};
use crate::record::{By, Documento, Remote, Work, natural_key, refunds_of};
use crate::state::Turn;
use crate::wire::Messaggio;

/// Whether the refunds of a document get out of its way.
pub(crate) enum Room {
    /// They do, or their outcomes are awaited.
    Soon,
    /// One of them cannot; what the service said of it.
    Never { messaggi: Vec<Messaggio> },
}

/// Refunds of one document that are looked at.
const REFUNDS_LIMIT: u32 = 100;

impl Turn<'_> {
    /// The plan for a document.
    pub(crate) fn plan_of(&mut self, documento: &Documento) -> Result<Plan, Stop> {
        // Only a change of what is there meets its refunds.
        let refunds = match documento.there() {
            There::Present(there) if documento.differs() && there.refund_of.is_none() => {
                let there = there.id_spesa.clone();
                self.refunds_there(&there)?.into_iter().map(|(_, key)| key).collect()
            }
            _ => Vec::new(),
        };
        let refund_of = match (documento.wish(), documento.there()) {
            (Wish::Content(wanted), _) => wanted.refund_of.cloned(),
            (Wish::Undecided, There::Present(there)) => there.refund_of.cloned(),
            _ => None,
        };
        let original = match refund_of {
            Some(original) => self.original(documento, &original)?,
            None => Original::There,
        };
        let (settings, now) = (self.settings, self.now);
        let closed = |day: Data| settings.year_is_closed(day, now);
        Ok(plan(&Situation {
            wish: documento.wish(),
            there: documento.there(),
            refused: documento.work == Work::Refused,
            refunds: &refunds,
            original,
            closed: &closed,
        }))
    }

    /// The refunds of the document of this key that the service has, or may have: the host's ids
    /// and their keys.
    pub(crate) fn refunds_there(
        &mut self,
        original: &IdSpesa,
    ) -> Result<Vec<(String, IdSpesa)>, Stop> {
        let (from, to) = refunds_of(original);
        let entries = self.ledger.scan(&from, &to, REFUNDS_LIMIT)?;
        let ids: Vec<String> =
            entries.iter().map(|entry| entry.key[from.len()..].to_owned()).collect();
        self.want_documents(ids.iter())?;
        let mut there = Vec::new();
        for id in ids {
            let Some(refund) = self.documento(&id)? else { continue };
            let sent = match &refund.remote {
                Remote::Present { sent, .. } | Remote::Unknown { sent, .. } => sent,
                Remote::Absent | Remote::Cancelled { .. } | Remote::Other { .. } => continue,
            };
            if sent.id_rimborso.as_ref() == Some(original) {
                there.push((id, sent.id_spesa.clone()));
            }
        }
        Ok(there)
    }

    /// Where the original of a refund stands.
    fn original(&mut self, refund: &Documento, original: &IdSpesa) -> Result<Original, Stop> {
        let Some(id) = self.ledger.text(&natural_key(original))? else {
            // Sent by another program, or before this ledger began.
            return Ok(Original::There);
        };
        let Some(documento) = self.documento(&id)? else {
            return Ok(Original::There);
        };
        // Refunds that name each other would wait for ever; the service refuses them.
        if id == refund.id || documento.is_refund() {
            return Ok(Original::There);
        }
        let due = matches!(documento.work, Work::Send { .. });
        Ok(match &documento.remote {
            Remote::Present { sent, .. } if sent.id_spesa != *original => Original::Missing,
            Remote::Present { .. } if due && documento.differs() => Original::NeedsRoom,
            Remote::Present { .. } | Remote::Other { .. } => Original::There,
            // Nobody can be asked: a person decides, and sends the refund then.
            Remote::Unknown { .. } if documento.work == Work::GivenUp => Original::Missing,
            Remote::Unknown { .. } => Original::Moving,
            Remote::Absent | Remote::Cancelled { .. } if due => Original::Moving,
            Remote::Absent | Remote::Cancelled { .. } => Original::Missing,
        })
    }

    /// Makes the refunds due that are in the way of a change of their original. Those whose
    /// cancellation was refused, or given up, get another chance at the `first` time alone.
    pub(crate) fn make_room(&mut self, original: &IdSpesa, first: bool) -> Result<Room, Stop> {
        for (id, _) in self.refunds_there(original)? {
            let Some(before) = self.documento(&id)? else { continue };
            if !matches!(before.remote, Remote::Present { .. }) {
                continue;
            }
            let chance = match before.work {
                Work::Idle => true,
                Work::Refused | Work::GivenUp => first,
                _ => continue,
            };
            if !chance || self.plan_of(&before)?.first().is_none() {
                return Ok(Room::Never { messaggi: before.messaggi });
            }
            let mut after = before.clone();
            after.work = Work::Send { not_before: self.now, tries: 0, by: By::Edit };
            self.put_documento(Some(&before), after);
        }
        Ok(Room::Soon)
    }

    /// A refund is out of the way: its original need not wait any longer.
    pub(crate) fn hurry(&mut self, original: &IdSpesa) -> Result<(), Stop> {
        let Some(id) = self.ledger.text(&natural_key(original))? else { return Ok(()) };
        let Some(before) = self.documento(&id)? else { return Ok(()) };
        if let Work::Send { not_before, tries, by } = before.work
            && not_before > self.now
        {
            let mut after = before.clone();
            after.work = Work::Send { not_before: self.now, tries, by };
            self.put_documento(Some(&before), after);
        }
        Ok(())
    }
}
