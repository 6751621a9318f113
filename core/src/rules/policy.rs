//! The choices the law leaves to a practice, or leaves unclear.

use crate::domain::TipoSpesa;
use crate::json::Read;

/// What a practice decided, as JSON with these names; every field has the official reading as its
/// default (RULES sections 6 and 7).
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Policy {
    /// Stamp duty charged to the patient. The official FAQ: it follows the expense it belongs to.
    pub bollo: Share,
    /// Contribution to the pension fund. It is part of the fee.
    pub cassa_previdenziale: Share,
    /// Lines with `sanitaria: false` beside health lines. The official FAQ: `AA`.
    pub non_sanitaria: NonHealth,
    /// Kind of expense of lines that name none; otherwise `SP` for the professions that have no
    /// other, and an error for everyone else.
    pub tipo_spesa: Option<TipoSpesa>,
}

/// Where a part of the total goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// Into the items, with the expense it belongs to.
    #[default]
    FollowExpense,
    /// Nowhere: it is named among the exclusions.
    Exclude,
}

/// Where lines go that are no health expense.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NonHealth {
    /// Into an item `AA`.
    #[default]
    OtherExpenses,
    /// Nowhere: they are named among the exclusions.
    Exclude,
}
